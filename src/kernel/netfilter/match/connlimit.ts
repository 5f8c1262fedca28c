/**
 * -m connlimit: how many connections the packet's source, or its destination, has under a mask (net/netfilter/xt_connlimit.c, nf_conncount.c).
 * A rule counts the connections that it has met; those that are gone, and TCP's that are closing, count no more. A socket closes when
 * its flow is over, whether or not its last segments are shown. Left out: the kernel's collecting of the dead once in a jiffy alone.
 */
import { addressBits, networkOf } from '../../../base/cidr.js';
import type { Ip } from '../../../base/ip.js';
import type { ExtensionMatch } from '../../../plan/rule/extension-match.js';
import type { Connection } from '../conntrack/connection.js';
import { sameTuple, type Tuple, tupleOf } from '../conntrack/tuple.js';
import { connectionOf, type Evaluation, matchState, type Test } from '../evaluation.js';

/** Of one rule, by masked address. */
type Met = Map<Ip, { tuple: Tuple; connection: Connection | undefined }[]>;

export function connlimitTest({ above, length, side, not }: Extract<ExtensionMatch, { kind: 'connlimit' }>): Test {
  const self = {};
  return (e) => {
    const { packet } = e.passage;
    const address = side === 'source' ? packet.src : packet.dst;
    const key = length === undefined ? address : networkOf(address, Math.min(length, addressBits(address)));
    return countConnections(e, matchState(e), self, key) > above !== not;
  };
}

/** Those that have met whoever asks, of one key; what is met is kept in `state`. */
export function countConnections(e: Evaluation, state: Map<object, unknown>, asking: object, key: Ip): number {
  const nowUs = e.host.nowUs();
  const met = metBy(state, asking);
  const connection = connectionOf(e.passage);
  const tuple = connection?.original ?? tupleOf(e.passage.packet);
  const closedUs = e.host.closedBeforeUs?.() ?? 0;
  const alive = (met.get(key) ?? []).filter((one) => sameTuple(one.tuple, tuple) || isOpen(one.connection, nowUs, closedUs));
  if (!alive.some((one) => sameTuple(one.tuple, tuple))) alive.push({ tuple, connection });
  met.set(key, alive);
  return alive.length;
}

function metBy(state: Map<object, unknown>, asking: object): Met {
  let met = state.get(asking) as Met | undefined;
  if (met === undefined) state.set(asking, (met = new Map()));
  return met;
}

function isOpen(connection: Connection | undefined, nowUs: number, closedUs: number): boolean {
  if (connection === undefined || !connection.confirmed || connection.dead || connection.expiresUs <= nowUs) return false;
  if (connection.tcp === 'ESTABLISHED') return connection.startedUs >= closedUs;
  return connection.tcp !== 'TIME_WAIT' && connection.tcp !== 'CLOSE';
}
