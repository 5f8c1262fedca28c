/** Text that the command line names: a file, or `-` for standard input. */
import { readFileSync } from 'node:fs';
import { InputError, inputError } from '../index.js';

export interface InputText {
  readonly text: string;
  /** For positions. */
  readonly file: string;
}

export function readInput(path: string): InputText {
  if (path === '-') return { text: textOf(0, 'standard input'), file: 'standard input' };
  try {
    return { text: textOf(path, path), file: path };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT')
      throw inputError('missing-file', `there is no file ${path}`, { fix: 'paths are relative to the folder hopspec runs in' });
    if (code === 'EISDIR') throw inputError('not-a-file', `${path} is a folder`, { fix: 'name a file' });
    throw inputError('unreadable-file', `${path} cannot be read: ${code}`, { fix: 'check its permissions' });
  }
}

/** A string of JavaScript's can be no longer. */
const MEGABYTES_MAX = 500;

function textOf(source: string | number, name: string): string {
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STRING_TOO_LONG') throw error;
    throw inputError('too-large', `${name} is larger than ${MEGABYTES_MAX} MB, the most that is read`, { fix: 'make several of it' });
  }
}
