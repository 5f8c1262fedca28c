/**
 * The way to a real server (net/netfilter/ipvs/ip_vs_xmit.c): the route, the TTL, the MTU, then the packet as the forwarding method makes
 * it: NAT changes the destination, direct routing only the next hop, a tunnel puts it into another packet. `local`: the server is this host.
 */
import { unsupported } from '../../base/errors.js';
import type { Ipv4 } from '../../base/ip.js';
import type { DropReason } from '../../trace/drop-reason.js';
import type { Hook } from '../../trace/event.js';
import { packetLength } from '../link/packet-length.js';
import type { Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { type IcmpError, TIME_EXCEEDED, UNREACHABLE } from '../path/icmp-error.js';
import { routeMtu } from '../path/path-mtu.js';
import type { Route } from '../route/fib.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import type { IpvsConnection } from './connection.js';
import { toServer } from './rewrite.js';
import { IPIP_HEADER, wrap } from './tunnel.js';
import { noteHandled } from './track.js';

interface At {
  readonly rt: Runtime;
  readonly ns: Namespace;
  readonly hook: Hook;
}

export function sendToServer({ rt, ns, hook }: At, passage: Passage, connection: IpvsConnection): 'accept' | 'stolen' | 'drop' {
  const { server } = connection;
  if (typeof server.ip !== 'number') throw unsupported('ipvs-ipv6', `${ns.name}: IPVS servers of IPv6 are not modelled`);
  const { ip } = server;
  const decision = routeOutput(rt, ns, { dst: ip, src: 0, mark: 0 });
  const { route } = decision;
  if (route === undefined || decision.error !== undefined) {
    return lost(passage, 'IP_OUTNOROUTES', 'no route to the real server', { type: UNREACHABLE, code: 1 });
  }
  const local = route.type === 'local';
  if (!local && (passage.packet.src as Ipv4) >>> 24 === 127) {
    return lost(passage, 'IP_LOCALNET', 'IPVS lets no packet from 127.0.0.0/8 out of this host');
  }
  if (local && ip >>> 24 === 127 && hook === 'input') return lost(passage, 'IP_LOCALNET', 'the real server is a loopback address');
  if (!local && !survives(passage, decision, route, server.method === 'tunnel' ? IPIP_HEADER : 0)) return 'drop';
  if (server.method === 'masq') passage.packet = toServer(passage.packet, server.ip, connection.serverPort);
  noteHandled(ns, passage, connection);
  if (local || passage.ipvs === undefined) return 'accept';
  passage.ipvs.next = server.method === 'gateway' ? { ...decision, route: { ...route, via: route.via ?? ip } } : decision;
  if (server.method === 'tunnel') passage.ipvs.outer = wrap(passage.packet, decision, ip, rt.leg);
  return 'stolen';
}

/** Counts the hop; false when the packet has none left, or is too big for the way. */
function survives(passage: Passage, decision: OutputDecision, route: Route, header: number): boolean {
  const { packet } = passage;
  if (packet.ttl <= 1) {
    lost(passage, 'IP_TTL_EXPIRED', `its TTL is ${packet.ttl}`, { type: TIME_EXCEEDED, code: 0 });
    return false;
  }
  const mtu = routeMtu(route, decision.device) - header;
  const length = packetLength(packet);
  if (packet.df && length > mtu) {
    const detail = `${length} bytes do not fit the MTU ${mtu} of ${decision.device.name}`;
    lost(passage, 'PKT_TOO_BIG', detail, { type: UNREACHABLE, code: 4, mtu });
    return false;
  }
  passage.packet = { ...packet, ttl: packet.ttl - 1 };
  return true;
}

/** The packet ends here, and its sender may be told. */
function lost(passage: Passage, reason: DropReason, detail: string, error?: IcmpError): 'drop' {
  passage.ipvs = { next: undefined, failure: { reason, detail, error } };
  return 'drop';
}
