/**
 * The client's own port: one that the plan gives, or the next free one of ip_local_port_range without ip_local_reserved_ports; any is as good as
 * another. A listener's port is in use for TCP and SCTP; a connection cannot be made twice at once (__inet_check_established); a datagram socket's port is
 * its own.
 */
import type { Ip } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Probe } from '../contract.js';
import type { Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import { findListener, protocolNumber } from './listeners.js';

export const PORT_MIN = 32768;
const PORT_MAX = 60999;
const RANGE = 'net.ipv4.ip_local_port_range';
const RESERVED = 'net.ipv4.ip_local_reserved_ports';

export function takePort(rt: Runtime, ns: Namespace, probe: Probe, localIp: Ip): number | Errno {
  const { values } = ns.sysctls;
  if (probe.sport !== undefined) return refusalOf(rt, ns, probe, localIp) ?? probe.sport;
  if (probe.proto === 'icmp' || (rt.kept.size === 0 && values[RANGE] === undefined && values[RESERVED] === undefined))
    return nextPort(rt, PORT_MIN, PORT_MAX);
  const [low = PORT_MIN, high = PORT_MAX] = (values[RANGE] ?? `${PORT_MIN} ${PORT_MAX}`).trim().split(/\s+/).map(Number);
  const reserved = (values[RESERVED] ?? '').split(',').map((part) => part.split('-').map(Number));
  for (let i = low; i <= high; i++) {
    const port = nextPort(rt, low, high);
    const isReserved = reserved.some(([from = 0, to = from]) => port >= from && port <= to && from > 0);
    if (!isReserved && !isTaken(rt, ns, probe, localIp, port)) return port;
  }
  // Without a port, connect() of TCP and of UDP fail each in its own way.
  return probe.proto === 'udp' ? 'EAGAIN' : 'EADDRNOTAVAIL';
}

function nextPort(rt: Runtime, low: number, high: number): number {
  const port = rt.nextPort < low || rt.nextPort > high ? low : rt.nextPort;
  rt.nextPort = port + 1;
  return port;
}

/** bind() of a port that listens, or connect() of what is connected already. */
function refusalOf(rt: Runtime, ns: Namespace, probe: Probe, localIp: Ip): Errno | undefined {
  const { proto, sport = 0 } = probe;
  if (proto !== 'tcp' && proto !== 'sctp') return undefined;
  if (isListened(ns, probe, sport)) return 'EADDRINUSE';
  return isTaken(rt, ns, probe, localIp, sport) ? 'EADDRNOTAVAIL' : undefined;
}

/** Who binds no address meets listeners of any. */
function isListened(ns: Namespace, { proto, src, dst }: Probe, port: number): boolean {
  const number = protocolNumber(proto);
  const bound = src ?? (typeof dst === 'number' ? 0 : 0n);
  if (bound !== 0 && bound !== 0n) return findListener(ns, number, bound, port) !== undefined;
  const listeners = ns.listeners.get((number << 16) | port) ?? [];
  return listeners.some(({ ip, dual }) => dual || typeof ip === typeof dst);
}

/** By a socket that an earlier flow kept, or left before its FIN was acknowledged: in TIME_WAIT and FIN_WAIT2 who binds the port has it (tcp_twsk_unique). */
function isTaken(rt: Runtime, ns: Namespace, { proto, dst, dport }: Probe, localIp: Ip, port: number): boolean {
  for (const { client } of rt.kept.values()) {
    if (client === undefined || client.broken || client.ns !== ns || client.localPort !== port) continue;
    if (client.talk?.finSent === true && client.talk.unacked.length === 0) continue;
    if (proto === 'udp' && client.proto === PROTO.udp) return true;
    const same = client.localIp === localIp && client.remoteIp === dst && client.remotePort === dport;
    if (same && (proto === 'tcp' || proto === 'sctp') && client.proto === protocolNumber(proto)) return true;
  }
  return false;
}
