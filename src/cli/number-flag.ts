/** A port or other whole number given on the command line. */
import { inputError } from '../index.js';

export function portFlag(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw inputError('bad-option', `--port ${text}: must be between 1 and 65535, inclusive`);
}
