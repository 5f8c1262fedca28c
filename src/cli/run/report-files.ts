/** Finds out before the run which reports cannot be written, so that the others still are. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RunConfiguration } from './cucumber-api.js';

export function checkReports(configuration: RunConfiguration, cwd: string): { configuration: RunConfiguration; refused: string[] } {
  const refused: string[] = [];
  const files: Record<string, string> = {};
  for (const [file, format] of Object.entries(configuration.formats.files)) {
    const problem = writeProblem(resolve(cwd, file));
    if (problem === undefined) files[file] = format;
    else refused.push(`the report ${file} cannot be written: ${problem}`);
  }
  return { configuration: { ...configuration, formats: { ...configuration.formats, files } }, refused };
}

function writeProblem(path: string): string | undefined {
  try {
    makeFolder(dirname(path));
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/, open .*|, mkdir .*/, '') : String(error);
  }
}

/** Step by step: Node's own recursive form never returns where a file system answers ENOENT to mkdir, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
