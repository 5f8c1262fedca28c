/**
 * `hopspec run --watch`: runs the specs, then again those that a change concerns, each time in a process of its own: nothing is left over from the run
 * before. Ends with the exit code of the last run.
 */
import { spawn } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { RunFlags } from './options.js';
import { concerned, foldersOf, watchedFiles } from './watched-files.js';

/** Editors write a file in several steps. */
const SETTLE_MS = 30;

export function watchRun(paths: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const cwd = process.cwd();
  const changed = new Set<string>();
  let watchers: readonly FSWatcher[] = [];
  let last: ExitCode = EXIT.nothingRan;
  let isRunning = false;
  return new Promise((done) => {
    process.once('SIGINT', () => done(last));
    const look = (): void => {
      for (const watcher of watchers) watcher.close();
      const folders = foldersOf(watchedFiles(paths, cwd), cwd);
      watchers = folders.map((folder) =>
        watch(resolve(cwd, folder), { recursive: true }, (_event, name) => {
          if (name === null) return;
          changed.add(relative(cwd, join(resolve(cwd, folder), name)));
          setTimeout(again, SETTLE_MS);
        }),
      );
      process.stderr.write(`watching ${folders.join(', ')}\n`);
    };
    const start = (specs: readonly string[]): void => {
      isRunning = true;
      void runOnce(specs, flags).then((code) => {
        last = code;
        isRunning = false;
        look();
        again();
      });
    };
    const again = (): void => {
      if (isRunning || changed.size === 0) return;
      const files = [...changed].sort();
      changed.clear();
      const watched = watchedFiles(paths, cwd);
      const specs = [...new Set(files.flatMap((file) => concerned(watched, file)))].sort();
      if (specs.length === 0) return;
      process.stderr.write(`\nchanged: ${files.join(', ')}\n`);
      start(specs);
    };
    start(paths);
  }).then((code) => {
    for (const watcher of watchers) watcher.close();
    return code as ExitCode;
  });
}

function runOnce(paths: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const [, script = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, script, 'run', ...argumentsOf(flags), ...paths], { stdio: 'inherit' });
  return new Promise((done) => {
    child.on('error', () => done(EXIT.ownFailure));
    child.on('close', (code) => done((code ?? EXIT.ownFailure) as ExitCode));
  });
}

function argumentsOf({ tags, name, format, seed, shard, on, kernel }: RunFlags): readonly string[] {
  const one = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value]);
  return [
    ...one('--tags', tags),
    ...name.flatMap((pattern) => ['--name', pattern]),
    ...format.flatMap((text) => ['--format', text]),
    ...one('--seed', seed),
    ...one('--shard', shard),
    ...one('--on', on),
    ...one('--kernel', kernel),
  ];
}
