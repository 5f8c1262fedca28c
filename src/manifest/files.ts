/**
 * Manifest files and folders below a project's root. Folders are read recursively in code-unit order. A path that leaves the root, by
 * `..` or by a symbolic link, is refused.
 */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { inputError, InputError, type SourcePosition } from '../base/errors.js';
import type { ManifestDocument } from './document.js';
import { LIMITS } from './limits.js';
import { readManifests } from './read.js';

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/** The text of one file. `path` is relative to `root`, or absolute within it. `position` is where the path was written. Throws InputError. */
export function readProjectFile(path: string, root: string, position?: SourcePosition): string {
  const real = resolveInside(path, root, position);
  const stats = statSync(real);
  if (stats.isDirectory()) throw inputError('not-a-file', `"${path}" is a folder`, { position, fix: 'name a file in it' });
  if (stats.size > LIMITS.fileSizeMax)
    throw inputError('file-too-large', `"${path}" is larger than ${LIMITS.fileSizeMax} bytes`, {
      position,
      fix: 'split it into several files',
    });
  return readFileSync(real, 'utf8').replace(/^\ufeff/, '');
}

/** A file of a path: its text, or why it cannot be had. */
export interface ManifestFile {
  readonly file: string;
  readonly text: string | InputError;
}

/** A file, or every .yaml, .yml and .json file of a folder. */
export function openManifestPath(path: string, root: string, position?: SourcePosition): readonly ManifestFile[] {
  const real = resolveInside(path, root, position);
  const files = statSync(real).isDirectory() ? filesOf(real, path, position) : [path];
  return files.map((file) => ({ file, text: collected(() => readProjectFile(file, root, position)) }));
}

/** Their documents. Throws InputError with the problems of all files. */
export function readManifestFiles(files: readonly ManifestFile[]): readonly ManifestDocument[] {
  const read = files.map(({ file, text }) => (text instanceof InputError ? text : collected(() => readManifests(text, file))));
  const problems = read.flatMap((one) => (one instanceof InputError ? one.problems : []));
  if (problems.length > 0) throw new InputError(problems.slice(0, LIMITS.problemsMax));
  return read.flatMap((one) => (one instanceof InputError ? [] : one));
}

/** The documents of a file, or of every .yaml, .yml and .json file of a folder. Throws InputError with the problems of all files. */
export function readManifestPath(path: string, root: string, position?: SourcePosition): readonly ManifestDocument[] {
  return readManifestFiles(openManifestPath(path, root, position));
}

function collected<T>(read: () => T): T | InputError {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error;
  }
}

function resolveInside(path: string, root: string, position: SourcePosition | undefined): string {
  const base = realpathSync(root);
  const lexical = resolve(base, path);
  if (!isInside(lexical, base)) throw outside(path, position);
  let real: string;
  try {
    real = realpathSync(lexical);
  } catch {
    throw missing(path, lexical, base, position);
  }
  if (!isInside(real, base)) throw outside(path, position);
  return real;
}

function isInside(path: string, base: string): boolean {
  const way = relative(base, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(path: string, position: SourcePosition | undefined): InputError {
  return inputError('outside-project', `"${path}" is outside the project`, {
    position,
    fix: 'copy the file into the project and name it relative to its root',
  });
}

function missing(path: string, lexical: string, base: string, position: SourcePosition | undefined): InputError {
  const folder = resolve(lexical, '..');
  let beside: string[] = [];
  try {
    beside = readdirSync(folder).sort().slice(0, 8);
  } catch {
    // The folder is missing too; then there is nothing to propose.
  }
  const where = relative(base, folder) || '.';
  const fix =
    beside.length === 0
      ? 'paths are relative to the project root'
      : `paths are relative to the project root; ${where} holds ${beside.join(', ')}`;
  return inputError('missing-file', `"${path}" does not exist`, { position, fix });
}

function filesOf(folder: string, path: string, position: SourcePosition | undefined): string[] {
  const files: string[] = [];
  const walk = (real: string, shown: string): void => {
    for (const name of readdirSync(real).sort()) {
      const [inner, label] = [join(real, name), join(shown, name)];
      if (lstatSync(inner).isDirectory()) walk(inner, label);
      else if (EXTENSIONS.has(extname(name))) files.push(label);
      if (files.length > LIMITS.filesMax)
        throw inputError('too-many-files', `"${path}" holds more than ${LIMITS.filesMax} manifests`, {
          position,
          fix: 'name a smaller folder',
        });
    }
  };
  walk(folder, path);
  if (files.length === 0)
    throw inputError('no-manifests', `"${path}" holds no .yaml, .yml or .json file`, { position, fix: 'name a folder with manifests' });
  return files;
}
