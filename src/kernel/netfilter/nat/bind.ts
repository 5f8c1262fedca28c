/**
 * NAT bindings (nf_nat_setup_info): made once for each side of a connection, before it is confirmed. A null binding changes nothing
 * unless its tuple clashes. The binding is held in the reply tuple.
 */
import type { NatKind, RuleHit } from '../../../trace/event.js';
import type { NatRange } from '../../../plan/rule/rule.js';
import type { Connection } from '../conntrack/connection.js';
import { invertTuple, sameTuple } from '../conntrack/tuple.js';
import { type UniqueRequest, uniqueTuple } from './unique-tuple.js';

export const NULL_RANGE: NatRange = { fromIp: undefined, toIp: undefined, ports: undefined, random: false, randomFully: false, persistent: false };

export interface Binding {
  readonly side: 'src' | 'dst';
  readonly range: NatRange;
  readonly kind: NatKind | undefined;
  readonly rule: RuleHit | undefined;
}

/** False when no free tuple is left: the packet is dropped. */
export function bind(request: UniqueRequest, connection: Connection, binding: Binding): boolean {
  const { side } = binding;
  if (binding.range === NULL_RANGE && request.table.find(connection.reply, request.nowUs) === undefined) return bound(connection, binding);
  const current = invertTuple(connection.reply);
  const wanted = uniqueTuple(request, current, side, binding.range);
  if (wanted === undefined) return false;
  if (!sameTuple(wanted, current)) {
    connection.reply = invertTuple(wanted);
    const kind = binding.kind ?? (side === 'src' ? 'SNAT' : 'DNAT');
    if (side === 'src') connection.srcNat = kind;
    else connection.dstNat = kind;
  }
  return bound(connection, binding);
}

function bound(connection: Connection, { side, rule }: Binding): true {
  if (side === 'src') {
    connection.srcBound = true;
    connection.srcRule = rule;
  } else {
    connection.dstBound = true;
    connection.dstRule = rule;
  }
  return true;
}

export function isBound(connection: Connection, side: 'src' | 'dst'): boolean {
  return side === 'src' ? connection.srcBound : connection.dstBound;
}
