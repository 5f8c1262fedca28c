/**
 * Which parts of a packet decide whether a rule's matches hold. A walk's memory keeps answers by the parts that were looked at, so that what
 * is not listed here (counters, sets, chance, what a connection remembers) is never remembered: `other`. Types of addresses belong to the
 * namespace's routes, which stand while it lives.
 */
import { maskOf } from '../../../base/cidr.js';
import type { Match } from '../../../plan/rule/rule.js';

/** Bits of `fields`. */
export const FIELD = {
  proto: 1,
  sport: 2,
  dport: 4,
  mark: 8,
  state: 16,
  in: 32,
  out: 64,
  srcType: 128,
  other: 256,
  /** Sets of the namespace, which knows what they look at. */
  sets: 512,
} as const;

/** Of addresses the bits that count, as masks. */
export interface Consulted {
  readonly fields: number;
  readonly srcMask: number;
  readonly dstMask: number;
}

export const EXACT = -1;
/** Of most rules. */
export const NOTHING: Consulted = { fields: 0, srcMask: 0, dstMask: 0 };

export function consultedBy(matches: readonly Match[]): Consulted {
  return together(matches.map(consulted));
}

/** What several look at. */
export function together(parts: readonly Consulted[]): Consulted {
  let [fields, srcMask, dstMask] = [0, 0, 0];
  for (const one of parts) {
    fields |= one.fields;
    srcMask |= one.srcMask;
    dstMask |= one.dstMask;
  }
  return fields === 0 && srcMask === 0 && dstMask === 0 ? NOTHING : { fields, srcMask, dstMask };
}

function consulted(match: Match): Consulted {
  switch (match.kind) {
    case 'comment':
      return of(0);
    case 'source':
    case 'destination':
      return typeof match.cidr.ip === 'number' ? address(match.kind === 'source', maskOf(match.cidr.length)) : of(FIELD.other);
    case 'ip-range':
      return address(match.side === 'source', EXACT);
    case 'protocol':
      return of(FIELD.proto);
    case 'source-port':
      return of(FIELD.proto | FIELD.sport);
    case 'destination-port':
      return of(FIELD.proto | FIELD.dport);
    case 'multiport':
      return of(FIELD.proto | (match.side === 'destination' ? 0 : FIELD.sport) | (match.side === 'source' ? 0 : FIELD.dport));
    case 'mark':
      return of(FIELD.mark);
    case 'in-interface':
      return of(FIELD.in);
    case 'out-interface':
      return of(FIELD.out);
    case 'ct-state':
      return of(match.states.includes('SNAT') || match.states.includes('DNAT') ? FIELD.other : FIELD.state);
    case 'source-type':
      return match.limitInterface === undefined ? of(FIELD.srcType) : of(FIELD.other);
    case 'destination-type':
      return match.limitInterface === undefined ? address(false, EXACT) : of(FIELD.other);
    case 'set':
      return of(FIELD.sets);
    default:
      return of(FIELD.other);
  }
}

export function of(fields: number): Consulted {
  return { fields, srcMask: 0, dstMask: 0 };
}

export function address(source: boolean, mask: number): Consulted {
  return { fields: 0, srcMask: source ? mask : 0, dstMask: source ? 0 : mask };
}
