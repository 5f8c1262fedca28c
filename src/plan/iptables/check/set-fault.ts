/** Sets that a rule names: they must be there, of the rule's family, and have a part for each side that is named (libxt_set.h, xt_set.c). */
import { nearest } from '../../../base/nearest.js';
import type { IpSetPlan, IpSets } from '../../ipset/ip-set.js';
import type { Rule, SetUse } from '../../rule/rule.js';
import type { WordFault } from './family-fault.js';

interface Context {
  readonly sets: IpSets | undefined;
  readonly family: 4 | 6;
}

const SIDES_MAX = 6;

export function setFault(rule: Rule, context: Context): WordFault | undefined {
  if (context.sets === undefined) return undefined;
  for (const match of rule.matches) {
    const found = match.kind === 'set' ? useFault(match, context, context.sets) : undefined;
    if (found !== undefined) return found;
  }
  const { target } = rule;
  if (target?.kind !== 'set') return undefined;
  for (const use of [target.add, target.del, target.map]) {
    const found = use === undefined ? undefined : useFault(use, context, context.sets);
    if (found !== undefined) return found;
  }
  return undefined;
}

function useFault({ name, sides }: SetUse, { family }: Context, sets: IpSets): WordFault | undefined {
  const set = sets.get(name);
  if (set === undefined) {
    const near = nearest(name, sets.keys());
    return fault(
      'unknown-set',
      name,
      `there is no ipset \`${name}\``,
      near === undefined ? 'create it in `ipset`' : `did you mean ${near}?`,
    );
  }
  if (isOfOther(set, family)) return fault('wrong-family', name, `the ipset \`${name}\` is of IPv${10 - family}`);
  if (sides.length > SIDES_MAX) return fault('too-many-sides', sides.join(','), `more than ${SIDES_MAX} sides of an element`);
  return undefined;
}

function isOfOther({ family }: IpSetPlan, wanted: 4 | 6): boolean {
  return family !== 'any' && (family === 'inet6') !== (wanted === 6);
}

function fault(code: string, word: string, message: string, fix?: string): WordFault {
  return { word, code, message, fix };
}
