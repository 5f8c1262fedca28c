/** `hopspec init`: a first spec, its cluster file and manifest, and a CI job, all of which pass as they are. Nothing is overwritten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../index.js';
import { EXIT, type ExitCode } from './exit-code.js';

/** The files as they are written; npm would not pack a folder whose name begins with a dot, hence `github`. */
const TEMPLATE = fileURLToPath(new URL('./first-project', import.meta.url));

export function init(dir: string): ExitCode {
  const files = readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)))
    .sort()
    .map((name) => ({ from: join(TEMPLATE, name), to: join(dir, name.replace(/^github\//, '.github/')) }));
  const there = files.filter(({ to }) => existsSync(to));
  if (there.length > 0) {
    throw new InputError(
      there.map(({ to }) => ({
        code: 'exists',
        message: `${to} is there already; nothing was written`,
        fix: 'run hopspec init in an empty folder',
      })),
    );
  }
  for (const { from, to } of files) {
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, readFileSync(from));
    process.stderr.write(`wrote ${to}\n`);
  }
  process.stderr.write(`now: ${dir === '.' ? '' : `cd ${dir} && `}npx hopspec run\n`);
  return EXIT.ok;
}
