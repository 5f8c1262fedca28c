// The few file operations the scripts here share; Node 20 has no stable glob.
import * as fs from 'node:fs';

export const { chmodSync, readFileSync, writeFileSync, existsSync, mkdtempSync } = fs;
export const rmSync = (path) => fs.rmSync(path, { recursive: true, force: true });
export const mkdirSync = (path) => fs.mkdirSync(path, { recursive: true });
export const cpSync = (from, to) => fs.cpSync(from, to, { recursive: true });

/** Files under a folder whose path matches, sorted. */
export function globSync(folder, pattern) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((path) => pattern.test(path) && fs.statSync(path).isFile())
    .sort();
}
