/** -m set: whether the named set of the packet's namespace has the packet's addresses and ports (net/netfilter/xt_set.c). */
import type { Test } from '../evaluation.js';
import type { Match } from '../../../plan/rule/rule.js';
import { setsOf } from '../set/sets-of.js';

export function setTest({ name, sides, not, returnNomatch = false, counters }: Extract<Match, { kind: 'set' }>): Test {
  const question = { exceptions: returnNomatch, counters };
  return (e) => setsOf(e, name).contains(e, name, sides, question) !== not;
}
