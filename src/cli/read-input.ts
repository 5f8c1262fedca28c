/** Text that the command line names: a file, or `-` for standard input. */
import { readFileSync } from 'node:fs';
import { inputError } from '../index.js';

export interface InputText {
  readonly text: string;
  /** For positions. */
  readonly file: string;
}

export function readInput(path: string): InputText {
  if (path === '-') return { text: readFileSync(0, 'utf8'), file: 'standard input' };
  try {
    return { text: readFileSync(path, 'utf8'), file: path };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT')
      throw inputError('missing-file', `there is no file ${path}`, { fix: 'paths are relative to the folder hopspec runs in' });
    if (code === 'EISDIR') throw inputError('not-a-file', `${path} is a folder`, { fix: 'name a file' });
    throw inputError('unreadable-file', `${path} cannot be read: ${code}`, { fix: 'check its permissions' });
  }
}
