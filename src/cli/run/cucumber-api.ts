/**
 * Cucumber as the user has it: the copy installed in the project is taken, else our own. Our bindings must register with that same
 * copy, so where the two differ their import is led to the project's.
 */
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inputError } from '../../index.js';

export type CucumberApi = typeof import('@cucumber/cucumber/api');
export type RunConfiguration = Awaited<ReturnType<CucumberApi['loadConfiguration']>>['runConfiguration'];

const MAJORS = { min: 11, max: 13 };

export async function loadCucumber(cwd: string): Promise<CucumberApi> {
  const project = resolveFrom(join(cwd, 'package.json'));
  const own = resolveFrom(import.meta.url);
  const found = project ?? own;
  if (found === undefined) {
    throw inputError('no-cucumber', 'Cucumber is not installed here', { fix: 'npm install --save-dev @cucumber/cucumber' });
  }
  checkVersion(found);
  if (project !== undefined && own !== project) leadImports(project);
  return (await import(pathToFileURL(createRequire(found).resolve('@cucumber/cucumber/api')).href)) as CucumberApi;
}

/** The package.json of the copy that a file would import. */
function resolveFrom(file: string): string | undefined {
  try {
    return createRequire(file).resolve('@cucumber/cucumber/package.json');
  } catch {
    return undefined;
  }
}

function checkVersion(packageJson: string): void {
  const { version } = createRequire(packageJson)(packageJson) as { version: string };
  const major = Number.parseInt(version, 10);
  if (major >= MAJORS.min && major <= MAJORS.max) return;
  throw inputError('cucumber-version', `@cucumber/cucumber ${version} is installed; hopspec runs with ${MAJORS.min} to ${MAJORS.max}`, {
    fix: `npm install --save-dev @cucumber/cucumber@${MAJORS.max - 1}`,
  });
}

function leadImports(packageJson: string): void {
  const entry = new URL('lib/wrapper.mjs', pathToFileURL(packageJson)).href;
  const hook = `export const resolve = (name, context, next) =>
    name === '@cucumber/cucumber' ? { url: ${JSON.stringify(entry)}, shortCircuit: true } : next(name, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
