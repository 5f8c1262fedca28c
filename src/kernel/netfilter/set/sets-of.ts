/** The ipsets that a rule's namespace has; a rule that asks for one where there are none is wrong. */
import { inputError } from '../../../base/errors.js';
import type { Evaluation } from '../evaluation.js';
import type { SetTable } from './set-table.js';

export function setsOf({ host }: Evaluation, name: string): SetTable {
  if (host.sets !== undefined) return host.sets;
  throw inputError('no-such-set', `${host.netns}: a rule asks for the ipset ${name}, and the namespace has no ipsets`, {
    fix: 'create it in the `ipset` text of the namespace',
  });
}
