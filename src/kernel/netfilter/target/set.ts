/** -j SET: puts the packet's addresses and ports into a set, or takes them out; the packet goes on (net/netfilter/xt_set.c). */
import type { Target } from '../../../plan/rule/rule.js';
import type { Action } from '../evaluation.js';
import { setsOf } from '../set/sets-of.js';

export function changeSets({ add, del, exist, timeout, map }: Extract<Target, { kind: 'set' }>): Action {
  return (e) => {
    if (add !== undefined) setsOf(e, add.name).add(e, add.name, add.sides, { exist, timeout });
    if (del !== undefined) setsOf(e, del.name).remove(e, del.name, del.sides);
    const mark = map?.what.includes('mark') === true ? setsOf(e, map.name).skbMark(e, map.name, map.sides) : undefined;
    if (mark !== undefined) e.passage.mark = ((e.passage.mark & ~mark.mask) ^ mark.value) >>> 0;
    return 'continue';
  };
}
