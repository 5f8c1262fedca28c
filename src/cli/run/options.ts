/** The options of `run`, checked: everything wrong with them is an InputError before anything runs. */
import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { InputError, inputError, nearest, type Problem } from '../../index.js';

export interface RunFlags {
  readonly tags?: string;
  readonly name: readonly string[];
  readonly format: readonly string[];
  readonly seed?: string;
  readonly shard?: string;
  readonly on: string;
  readonly kernel?: string;
}

export interface RunOptions {
  /** Relative to the working directory, `:LINE` kept. */
  readonly paths: readonly string[];
  /** Those of the paths that name a file which is not there. */
  readonly missing: readonly string[];
  readonly tags: string | undefined;
  readonly names: readonly string[];
  readonly formats: readonly Format[];
  readonly seed: number | undefined;
  readonly shard: string | undefined;
  readonly on: Judges;
  /** Of the lab; as it is given. */
  readonly kernel: string | undefined;
}

export interface Format {
  readonly name: string;
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

/** Who carries the packets. */
export type Judges = (typeof JUDGES)[number];
const JUDGES = ['sim', 'lab', 'both'] as const;

const FORMATS = [
  'spec',
  'markdown',
  'github',
  'html',
  'json',
  'junit',
  'message',
  'pretty',
  'progress',
  'progress-bar',
  'rerun',
  'snippets',
  'summary',
  'usage',
  'usage-json',
];

export function readRunOptions(paths: readonly string[], flags: RunFlags, cwd: string): RunOptions {
  const on = JUDGES.find((judge) => judge === flags.on);
  if (on === undefined) throw inputError('bad-option', `--on ${flags.on}: there is no such judge`, { fix: 'sim, lab or both' });
  if (flags.kernel !== undefined && on === 'sim') {
    throw inputError('bad-option', `--kernel ${flags.kernel} is of the lab, and no lab is asked for`, { fix: '--on lab or --on both' });
  }
  const problems: Problem[] = [];
  for (const path of paths) problems.push(...outside(path, cwd));
  if (flags.shard !== undefined) problems.push(...shardProblems(flags.shard));
  if (flags.seed !== undefined && !/^\d{1,15}$/.test(flags.seed)) {
    problems.push({ code: 'bad-option', message: `--seed ${flags.seed}: a seed is a whole number`, fix: 'e.g. --seed 7' });
  }
  for (const name of flags.name) problems.push(...patternProblems(name));
  const formats = flags.format.map(splitFormat);
  for (const format of formats) problems.push(...formatProblems(format));
  if (problems.length > 0) throw new InputError(problems);
  return {
    paths,
    missing: paths.filter((path) => !isPattern(path) && !existsSync(resolve(cwd, withoutLines(path)))),
    tags: flags.tags,
    names: flags.name,
    formats,
    seed: flags.seed === undefined ? undefined : Number(flags.seed),
    shard: flags.shard,
    on,
    kernel: flags.kernel,
  };
}

export function withoutLines(path: string): string {
  return path.replace(/(:\d+)+$/, '');
}

const isPattern = (path: string): boolean => /[*?{[]/.test(path);

function outside(path: string, cwd: string): Problem[] {
  const full = resolve(cwd, withoutLines(path));
  const root = realpathSync(cwd);
  const real = existsSync(full) ? realpathSync(full) : resolve(root, relative(cwd, full));
  const way = relative(root, real);
  if (way !== '..' && !way.startsWith('../') && !isAbsolute(way)) return [];
  return [
    {
      code: 'outside-project',
      message: `${path} is outside the project`,
      fix: `run hopspec in the project the spec belongs to, or move the file below ${root}`,
    },
  ];
}

function shardProblems(text: string): Problem[] {
  const [, index, total] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index !== undefined && Number(index) >= 1 && Number(index) <= Number(total)) return [];
  return [{ code: 'bad-option', message: `--shard ${text}: not a part of a whole`, fix: 'I/N with I from 1 to N, e.g. --shard 1/4' }];
}

function patternProblems(name: string): Problem[] {
  try {
    new RegExp(name);
    return [];
  } catch (error) {
    return [
      {
        code: 'bad-option',
        message: `--name ${name}: ${error instanceof Error ? error.message : ''}`,
        fix: 'a name is a regular expression',
      },
    ];
  }
}

function splitFormat(text: string): Format {
  const colon = /^(?:file:\/\/|[A-Za-z]:[\\/])/.test(text) ? text.indexOf(':', text.indexOf(':') + 1) : text.indexOf(':');
  return colon < 0 ? { name: text, file: undefined } : { name: text.slice(0, colon), file: text.slice(colon + 1) };
}

function formatProblems({ name, file }: Format): Problem[] {
  if (file === '')
    return [{ code: 'bad-option', message: `--format ${name}: no file after the colon`, fix: `--format ${name}:out/report` }];
  // A path or a package of the user's own; Cucumber finds it.
  if (FORMATS.includes(name) || /^[./@]|^file:|\//.test(name)) return [];
  const near = nearest(name, FORMATS);
  const known = `one of ${FORMATS.join(', ')}, or the path of a formatter`;
  return [
    { code: 'unknown-format', message: `--format ${name}: there is no such format`, fix: near ? `did you mean ${near}? ${known}` : known },
  ];
}
