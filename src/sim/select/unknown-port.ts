/** A port that is called by a name which nothing has. */
import { inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';

export function unknownPort(owner: string, wanted: string, names: readonly string[]): never {
  const near = nearest(wanted, names);
  const known = names.length === 0 ? 'none of its ports has a name: use the number' : `its ports are named ${names.join(', ')}`;
  throw inputError('no-such-port', `${owner} has no port named "${wanted}"`, {
    fix: near === undefined ? known : `did you mean "${near}"?`,
  });
}
