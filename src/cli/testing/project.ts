/** For tests: a tiny project in a folder of its own, and the command line run in it as a user would. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const SOURCES = ['--import', import.meta.resolve('tsx'), join(REPOSITORY, 'src/cli/main.ts')];
/** What Node is given to be the command line: the sources, or the built package that HOPSPEC_MAIN names, which starts in a third of the time. */
export const HOPSPEC: readonly string[] = process.env.HOPSPEC_MAIN === undefined ? SOURCES : [resolve(process.env.HOPSPEC_MAIN)];

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  /** The most its heap may grow to. */
  readonly heapMiB?: number;
}

export interface Project {
  readonly folder: string;
  hopspec(args: readonly string[], options?: RunOptions): Promise<Finished>;
  remove(): void;
}

/** `files`: text by path. */
export function makeProject(files: Readonly<Record<string, string>>): Project {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-test-'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return {
    folder,
    hopspec: (args, options = {}) => runIn(folder, HOPSPEC, args, options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** In this checkout, for the specs that ship with it: by the sources, whose steps its own configuration names. */
export function runHere(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return runIn(REPOSITORY, SOURCES, args, options);
}

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** For a process that a test ends, or puts into a place of its own. */
export function commandLine(args: readonly string[], hopspec = HOPSPEC, heapMiB?: number): CommandLine {
  const { NODE_V8_COVERAGE, PATH, HOME } = process.env;
  const env = { PATH, HOME, ...(NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }) };
  const limit = heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`];
  return { command: process.execPath, args: [...limit, ...hopspec, ...args], env };
}

function runIn(cwd: string, hopspec: readonly string[], asked: readonly string[], { stdin = '', heapMiB }: RunOptions): Promise<Finished> {
  return new Promise((done, fail) => {
    const { command, args, env } = commandLine(asked, hopspec, heapMiB);
    const child = spawn(command, args, { cwd, env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    setTimeout(() => child.kill('SIGKILL'), 180_000).unref();
    child.on('close', (code) => done({ code: code ?? -1, stdout, stderr }));
    child.stdin.on('error', () => undefined).end(stdin);
  });
}
