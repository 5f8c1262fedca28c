/**
 * What a set looks at in a packet, where the packet's header alone decides whether it is in it: addresses and ports, in a set that no rule
 * changes and that forgets and counts nothing. Of an empty set nothing counts.
 */
import type { IpSetPlan } from '../../../plan/ipset/ip-set.js';
import { SET_TYPES } from '../../../plan/ipset/set-types.js';
import { address, type Consulted, EXACT, FIELD, NOTHING, of, together } from '../chain/consulted.js';
import type { Side } from './packet-parts.js';

const OTHER: Consulted = of(FIELD.other);

/** `ported`: the packet has ports. */
export function consultedBySet(set: IpSetPlan, sides: readonly Side[], ported: boolean): Consulted {
  const { type, family, options } = set;
  const { parts } = SET_TYPES[type];
  if (family === 'inet6' || options.timeout !== undefined || options.counters || sides.length < parts.length) return OTHER;
  const looked = parts.map((kind, i) => {
    const source = sides[i] === 'src';
    if (kind === 'ip' || kind === 'net') return address(source, EXACT);
    return kind === 'port' && ported ? of(FIELD.proto | (source ? FIELD.sport : FIELD.dport)) : OTHER;
  });
  const all = together(looked);
  return set.holds === undefined && set.entries.size === 0 && (all.fields & FIELD.other) === 0 ? NOTHING : all;
}
