/** Cucumber alone on the feature files of the working folder: our wordings, of which none does anything, and no report. */
import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api';
import { fileURLToPath } from 'node:url';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const provided = { import: [beside('bindings.mjs')], format: [beside('silent.mjs')] };
const { runConfiguration } = await loadConfiguration({ file: false, provided }, { cwd: process.cwd() });
const { success } = await runCucumber(runConfiguration, { cwd: process.cwd() });
if (!success) process.exitCode = 1;
