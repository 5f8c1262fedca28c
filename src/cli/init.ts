/** `hopspec init`: a first spec, its cluster file and manifest, CI jobs for GitHub and GitLab, all of which pass as they are, and settings that let an editor
 * complete steps. Nothing is overwritten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../index.js';
import { EXIT, type ExitCode } from './exit-code.js';

/** The files as they are written, but for the dot that some names begin with: npm packs such files by rules of its own. */
const TEMPLATE = fileURLToPath(new URL('./first-project', import.meta.url));

export function init(dir: string): ExitCode {
  const files = readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)))
    .sort()
    .map((name) => ({ from: join(TEMPLATE, name), to: join(dir, name.replace(/^(?=github\/|vscode\/|gitlab-ci)/, '.')) }));
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
