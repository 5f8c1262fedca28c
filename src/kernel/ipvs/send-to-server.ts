/**
 * The way to a real server (net/netfilter/ipvs/ip_vs_xmit.c): the route, the TTL, the MTU, then the packet as the forwarding method makes
 * it: NAT changes the destination, direct routing only the next hop, a tunnel puts it into another packet. `local`: the server is this host.
 */
import { unsupported } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import type { DropReason } from '../../trace/drop-reason.js';
import type { Hook } from '../../trace/event.js';
import { LOOPBACK6 } from '../ipv6/address.js';
import { PACKET_TOO_BIG, TIME_EXCEEDED6, UNREACHABLE6 } from '../ipv6/icmp-types.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import { withTtl } from '../../packet/readdress.js';
import { wireLength } from '../link/offload.js';
import type { Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { type IcmpError, TIME_EXCEEDED, UNREACHABLE } from '../path/icmp-error.js';
import { routeMtu } from '../path/path-mtu.js';
import type { RouteOf } from '../route/fib.js';
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
  /** net.ipv4.vs.conntrack. */
  readonly tracks: boolean;
}

export function sendToServer({ rt, ns, hook, tracks }: At, passage: Passage, connection: IpvsConnection): 'accept' | 'stolen' | 'drop' {
  const { server } = connection;
  const { ip } = server;
  const four = typeof ip === 'number';
  if (four !== (typeof passage.packet.src === 'number'))
    throw unsupported('ipvs-mixed', `${ns.name}: IPVS servers of the other family are not modelled`);
  if (server.method === 'tunnel' && !four) throw unsupported('ipvs-tunnel6', `${ns.name}: IPVS tunnels over IPv6 are not modelled`);
  const decision: OutputDecision<Ip> = four
    ? routeOutput(rt, ns, { dst: ip, src: 0, mark: 0 })
    : routeOutput6(rt, ns, { dst: ip, src: 0n, mark: 0 });
  const { route } = decision;
  if (route === undefined || decision.error !== undefined) {
    return lost(passage, 'IP_OUTNOROUTES', 'no route to the real server', { type: four ? UNREACHABLE : UNREACHABLE6, code: four ? 1 : 3 });
  }
  const local = route.type === 'local';
  if (!local && isLoopback(passage.packet.src)) {
    return lost(passage, 'IP_LOCALNET', 'IPVS lets no packet from a loopback address out of this host');
  }
  if (local && isLoopback(ip) && hook === 'input') return lost(passage, 'IP_LOCALNET', 'the real server is a loopback address');
  if (!local && !survives(passage, decision, route, server.method === 'tunnel' ? IPIP_HEADER : 0)) return 'drop';
  if (server.method === 'masq') passage.packet = toServer(passage.packet, server.ip, connection.serverPort);
  noteHandled(tracks, passage, connection);
  if (local || passage.ipvs === undefined) return 'accept';
  passage.ipvs.next = server.method === 'gateway' ? { ...decision, route: { ...route, via: route.via ?? ip } } : decision;
  if (server.method === 'tunnel' && four) passage.ipvs.outer = wrap(passage.packet, decision as OutputDecision, ip, rt.leg);
  return 'stolen';
}

function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === LOOPBACK6;
}

/** Counts the hop; false when the packet has none left, or is too big for the way. */
function survives(passage: Passage, decision: OutputDecision<Ip>, route: RouteOf<Ip>, header: number): boolean {
  const { packet } = passage;
  const four = typeof packet.src === 'number';
  if (packet.ttl <= 1) {
    lost(passage, 'IP_TTL_EXPIRED', `its TTL is ${packet.ttl}`, { type: four ? TIME_EXCEEDED : TIME_EXCEEDED6, code: 0 });
    return false;
  }
  const mtu = routeMtu(route, decision.device) - header;
  const length = wireLength(packet);
  if ((packet.df || !four) && length > mtu) {
    const detail = `${length} bytes do not fit the MTU ${mtu} of ${decision.device.name}`;
    lost(passage, 'PKT_TOO_BIG', detail, four ? { type: UNREACHABLE, code: 4, mtu } : { type: PACKET_TOO_BIG, code: 0, mtu });
    return false;
  }
  passage.packet = withTtl(packet, packet.ttl - 1);
  return true;
}

/** The packet ends here, and its sender may be told. */
function lost(passage: Passage, reason: DropReason, detail: string, error?: IcmpError): 'drop' {
  passage.ipvs = { next: undefined, failure: { reason, detail, error } };
  return 'drop';
}
