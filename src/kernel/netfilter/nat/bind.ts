/**
 * NAT bindings (nf_nat_setup_info): made once for each side of a connection, before it is confirmed. A null binding changes nothing
 * unless its tuple clashes. The binding is held in the reply tuple.
 */
import type { NatKind, RuleHit } from '../../../trace/event.js';
import type { NatRange } from '../../../plan/rule/rule.js';
import type { Connection } from '../conntrack/connection.js';
import { invertTuple, sameTuple } from '../conntrack/tuple.js';
import { isIcmp, type UniqueRequest, uniqueTuple } from './unique-tuple.js';

export const NULL_RANGE: NatRange = {
  fromIp: undefined,
  toIp: undefined,
  ports: undefined,
  random: false,
  randomFully: false,
  persistent: false,
};

export interface Binding {
  readonly side: 'src' | 'dst';
  readonly range: NatRange;
  readonly kind: NatKind | undefined;
  readonly rule: RuleHit | undefined;
}

export const NULL_BINDING: Readonly<Record<Binding['side'], Binding>> = {
  src: { side: 'src', range: NULL_RANGE, kind: undefined, rule: undefined },
  dst: { side: 'dst', range: NULL_RANGE, kind: undefined, rule: undefined },
};

export function bind(request: UniqueRequest, connection: Connection, binding: Binding): void {
  const { side, range } = binding;
  // A null binding keeps what there is while no other connection has the same reply; one of a destination in any case, unless an echo's identifier can move.
  const keeps = side === 'dst' && !isIcmp(connection.reply);
  if (range === NULL_RANGE && (keeps || !request.table.holds(connection.reply, request.nowUs, connection.zone, true))) {
    return noteBound(connection, binding);
  }
  request.zone = connection.zone;
  const current = invertTuple(connection.reply);
  const wanted = uniqueTuple(request, current, side, range);
  if (!sameTuple(wanted, current)) {
    connection.reply = invertTuple(wanted);
    const kind = binding.kind ?? (side === 'src' ? 'SNAT' : 'DNAT');
    if (side === 'src') connection.srcNat = kind;
    else connection.dstNat = kind;
  }
  noteBound(connection, binding);
}

function noteBound(connection: Connection, { side, rule }: Binding): void {
  if (side === 'src') {
    connection.srcBound = true;
    connection.srcRule = rule;
  } else {
    connection.dstBound = true;
    connection.dstRule = rule;
  }
}

export function isBound(connection: Connection, side: 'src' | 'dst'): boolean {
  return side === 'src' ? connection.srcBound : connection.dstBound;
}
