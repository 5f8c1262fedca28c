/** The script and the style of the report's page: built beside this file, or, where sources run as they are, bundled now. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface PageParts {
  readonly script: string;
  readonly style: string;
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

let parts: PageParts | undefined;

export function pageParts(): PageParts {
  parts ??= { script: script(), style: readFileSync(at('../page/page.css'), 'utf8').trim() };
  return parts;
}

function script(): string {
  const built = at('../page/page.js');
  if (existsSync(built)) return readFileSync(built, 'utf8').trim();
  return execFileSync(process.execPath, [at('../../../.ci/page.mjs')], { encoding: 'utf8', maxBuffer: 2 ** 24 }).trim();
}
