/**
 * What a rule may ask besides what a recalled flow has in common with the one that was seen (point.ts): ports, and `other`: what
 * earlier packets left in rules and sets, bytes of the packet, zones, sockets. Chance asks the oracle, which is noticed there.
 */
import type { Match, Rule } from '../../plan/rule/rule.js';
import { consultedBy, FIELD } from '../netfilter/chain/consulted.js';

/** Bits of FIELD. */
const NOTED = FIELD.sport | FIELD.dport | FIELD.other;

export function asksOf({ matches, target }: Pick<Rule, 'matches' | 'target'>): number {
  let asks = LEAVES_NOTHING.has(target?.kind) ? 0 : FIELD.other;
  for (const match of matches) asks |= asksOfMatch(match);
  return asks;
}

function asksOfMatch(match: Match): number {
  if (match.kind === 'set') return asksOfSet(match);
  const { fields } = consultedBy([match]);
  if ((fields & FIELD.other) === 0) return fields & NOTED;
  return COMMON.has(match.kind) ? 0 : FIELD.other;
}

/** A port is the second part of an element, or its only one. */
function asksOfSet({ sides, counters }: Extract<Match, { kind: 'set' }>): number {
  if (counters !== undefined) return FIELD.other;
  return (sides.length === 1 ? sides[0] : sides[1]) === 'src' ? FIELD.sport : FIELD.dport;
}

/** These look at what two flows that meet in a point have in common, or at chance. */
const COMMON: ReadonlySet<Match['kind']> = new Set<Match['kind']>([
  'source',
  'destination',
  'fragment',
  'tcp-flags',
  'connmark',
  'ct-state',
  'ct-direction',
  'ct-protocol',
  'ct-status',
  'source-type',
  'destination-type',
  'statistic-random',
  'physdev-in',
  'physdev-out',
  'physdev-is',
  'length',
  'owner',
  'ttl',
  'dscp',
  'tos',
  'packet-type',
  'rpfilter',
]);

/** Nothing but marks and bindings of the connection, which are looked at. */
const LEAVES_NOTHING: ReadonlySet<string | undefined> = new Set([
  undefined,
  ...['accept', 'drop', 'return', 'reject', 'mark', 'jump', 'goto', 'log', 'nflog'],
  ...['dnat', 'snat', 'masquerade', 'redirect', 'netmap', 'connmark-set', 'connmark-save', 'connmark-restore'],
]);
