/**
 * Cucumber's configuration for a run: the project's own file if it has one (its steps, its world parameters), with our bindings
 * in front and the command line on top. A project without steps of its own needs no such file.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inputError } from '../../index.js';
import type { FormatOptions } from '../../report/formatter-of.js';
import type { CucumberApi, RunConfiguration } from './cucumber-api.js';
import type { RunOptions } from './options.js';

const HERE = fileURLToPath(import.meta.url);
/** Sources run as they are (`src/cli/run`, `steps`), or built (`dist/cli/run`, `dist/steps`). */
const IS_SOURCE = HERE.endsWith('.ts');
const PACKAGE = resolve(dirname(HERE), '../../..');
const STEPS = join(PACKAGE, IS_SOURCE ? 'steps' : 'dist/steps');
/** Our reports, as the formatters Cucumber loads. */
const reportAt = (name: string): string => pathToFileURL(resolve(dirname(HERE), `../../report/${name}${IS_SOURCE ? '.ts' : '.js'}`)).href;
export const SPEC_REPORT = reportAt('formatter');
const OWN_FORMATS: Readonly<Record<string, string>> = {
  spec: SPEC_REPORT,
  markdown: reportAt('markdown-formatter'),
  github: reportAt('github-formatter'),
  html: reportAt('html-formatter'),
  message: reportAt('message-formatter'),
};

/** What a user calls a format of a configuration. */
export function formatName(format: string): string {
  return Object.entries(OWN_FORMATS).find(([, path]) => path === format)?.[0] ?? format;
}

export async function configure(cucumber: CucumberApi, options: RunOptions, cwd: string): Promise<RunConfiguration> {
  const loaded = await load(cucumber, options, cwd);
  const { support, runtime } = loaded;
  if (options.shard !== undefined && options.shard !== loaded.sources.shard) {
    throw inputError('no-shard', 'this version of Cucumber cannot run a shard', { fix: 'npm install --save-dev @cucumber/cucumber@12' });
  }
  const theirs = (support.importPaths ?? []).filter((path) => !isOurs(path, cwd));
  const formats = { ...loaded.formats, ...formatsOf(options, loaded.formats) };
  const defaults = theirs.length + (support.requirePaths ?? []).length === 0 ? featureFolderCode(cwd) : [];
  return {
    ...loaded,
    formats: { ...formats, options: { ...formats.options, ...formatOptions(options) } },
    support: { ...support, importPaths: [join(STEPS, IS_SOURCE ? 'index.ts' : 'index.js'), ...judgeOf(options), ...theirs, ...defaults] },
    runtime: {
      ...runtime,
      worldParameters: {
        ...runtime.worldParameters,
        root: cwd,
        on: options.on,
        ...tracesFor([formats.stdout, ...Object.values(formats.files)], runtime),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      },
    },
  };
}

/** Our reports that are text read no attachment. */
const TEXTS: readonly (string | undefined)[] = [OWN_FORMATS['spec'], OWN_FORMATS['markdown'], OWN_FORMATS['github']];

/** Whether connections are kept for a report, and how it comes by them: see steps/world.ts. An attempt that is tried again shows nothing. */
function tracesFor(
  formats: readonly string[],
  { parallel, retry }: RunConfiguration['runtime'],
): { readonly traces?: 'attached' | 'handed' } {
  const html = OWN_FORMATS['html'];
  if (!formats.includes(html as string)) return {};
  const others = formats.filter((format) => !TEXTS.includes(format));
  return { traces: others.length === 1 && parallel === 0 && retry === 0 ? 'handed' : 'attached' };
}

/** What our own formatters are told. */
function formatOptions({ shard }: RunOptions): { readonly hopspec: { readonly [name in keyof FormatOptions]: FormatOptions[name] } } {
  return { hopspec: { shard: shard ?? null } };
}

/** What brings the real kernel, where it is asked for. */
function judgeOf({ on }: RunOptions): readonly string[] {
  return on === 'sim' ? [] : [join(dirname(HERE), IS_SOURCE ? 'real-kernel.ts' : 'real-kernel.js')];
}

async function load(cucumber: CucumberApi, options: RunOptions, cwd: string): Promise<RunConfiguration> {
  const provided = {
    paths: [...options.paths],
    name: [...options.names],
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.shard === undefined ? {} : { shard: options.shard }),
  };
  try {
    return (await cucumber.loadConfiguration({ provided }, { cwd })).runConfiguration;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw inputError('cucumber-configuration', `Cucumber's configuration is wrong: ${message.split('\n')[0] ?? ''}`, {
      fix: 'mend cucumber.mjs',
    });
  }
}

/** The command line's formats replace the configuration's; without any the report is ours. */
function formatsOf({ formats }: RunOptions, configured: RunConfiguration['formats']): Partial<RunConfiguration['formats']> {
  const name = (format: string): string => OWN_FORMATS[format] ?? format;
  if (formats.length === 0) {
    const files = Object.fromEntries(Object.entries(configured.files).map(([file, format]) => [file, name(format)]));
    return { stdout: SPEC_REPORT, files };
  }
  const files = formats.filter((format) => format.file !== undefined).map((format) => [format.file, name(format.name)] as const);
  return { stdout: name(formats.findLast((format) => format.file === undefined)?.name ?? 'spec'), files: Object.fromEntries(files) };
}

/** A project's configuration may name our bindings itself; they are loaded once. */
function isOurs(path: string, cwd: string): boolean {
  const full = resolve(cwd, path);
  return ['steps', 'dist/steps', '.ci'].some((folder) => full.startsWith(join(PACKAGE, folder) + sep));
}

/** Cucumber's own default place for steps, which it forgets once any path is given. */
function featureFolderCode(cwd: string): string[] {
  const folder = join(cwd, 'features');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[cm]?js$/.test(name));
  return names.sort().map((name) => join(folder, name));
}
