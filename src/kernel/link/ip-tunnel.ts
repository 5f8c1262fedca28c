/**
 * IPIP and GRE devices (net/ipv4/ip_tunnel.c, ipip.c, ip_gre.c). The outer packet takes the inner one's TTL where the tunnel names none, and
 * its DF; without a remote end the next hop of the route is the end; what does not fit the way to the end is answered with ICMP 3/4. A packet
 * comes in by the device whose ends fit best: both, the remote one, the local one, neither (as tunl0). The answers of Linux 6.1 are in fixtures/kernel/links.
 * Left out: errors from the way, which make a tunnel with a fixed end answer 3/1 for a while; IPv6 inside IPIP, and inside GRE without a fixed end.
 */
import { formatIp, type Ipv4 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { IpTunnel } from '../../packet/tunnel.js';
import type { IpTunnelArgs } from '../../plan/iproute2/ip-tunnel.js';
import type { Errno } from '../../trace/flow-record.js';
import { PACKET_TOO_BIG } from '../ipv6/icmp-types.js';
import { sendIcmpv6Error } from '../ipv6/path/icmp-error.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { sendIcmpError, UNREACHABLE } from '../path/icmp-error.js';
import { recordDrop, recordTunnel } from '../record.js';
import { isLocalAddress } from '../route/address-type.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { wireLength } from './offload.js';
import { packetLength } from './packet-length.js';
import { sendOuter } from './send-outer.js';

export interface IpTunnelDevice extends IpTunnelArgs {
  readonly kind: 'ipip' | 'gre';
}

const IPV4_HEADER = 20;
const FRAGMENTATION_NEEDED = 4;
/** Below this no sender is told of a limit (RFC 8200). */
const MTU_MIN_6 = 1280;

/** Bytes between the two IP headers. */
export function ipTunnelHeader(tunnel: IpTunnelDevice): number {
  if (tunnel.kind === 'ipip') return 0;
  return 4 + (tunnel.okey === undefined ? 0 : 4) + (tunnel.ocsum ? 4 : 0);
}

/** ip_tunnel_xmit. A GRE device without any end has no header to send by (ipgre_header). */
export function sendByIpTunnel(rt: Runtime, device: Device, tunnel: IpTunnelDevice, nexthop: Ipv4, passage: Passage): Errno | undefined {
  const remote = otherEnd(tunnel, nexthop);
  if (remote !== 0) {
    sendToEnd(rt, device, tunnel, remote, passage);
    return undefined;
  }
  recordDrop(rt, device.ns, passage.packet, 'IP_OUTNOROUTES', () => `${device.name}, a GRE device without ends, knows nobody`, { device });
  return 'EINVAL';
}

function sendToEnd(rt: Runtime, device: Device, tunnel: IpTunnelDevice, remote: Ipv4, passage: Passage): void {
  const { ns } = device;
  const inner = passage.packet;
  const decision = routeToEnd(rt, device, tunnel, remote);
  if (decision?.route === undefined) {
    return recordDrop(rt, ns, inner, 'IP_OUTNOROUTES', () => `${device.name} has no route to its other end ${formatIp(remote)}`, {
      device,
    });
  }
  const header = ipTunnelHeader(tunnel);
  const four = typeof inner.src === 'number';
  const df = tunnel.pmtudisc || (four && inner.df);
  const mtu = df ? Math.min(decision.route.mtu ?? decision.device.mtu, 65535) - IPV4_HEADER - header : device.mtu;
  if ((four ? inner.df : mtu >= MTU_MIN_6) && wireLength(inner) > mtu) {
    recordDrop(rt, ns, inner, 'PKT_TOO_BIG', () => `${wireLength(inner)} bytes do not fit the ${mtu} that ${device.name} leaves`, {
      device,
    });
    if (!four) return sendIcmpv6Error(rt, ns, passage, { type: PACKET_TOO_BIG, code: 0, mtu });
    return sendIcmpError(rt, ns, passage, { type: UNREACHABLE, code: FRAGMENTATION_NEEDED, mtu });
  }
  const outer = wrap(device, tunnel, inner, { src: decision.source, dst: remote, df, id: rt.leg });
  recordTunnel(rt, 'encapsulate', device, inner, { encapsulation: tunnel.kind === 'ipip' ? 'IPIP' : 'GRE', vni: undefined, outer });
  sendOuter(rt, device, outer, decision, passage.mark);
}

/** A GRE device with an end of its own alone takes the next hop's link address, which is its own (arp_constructor, ipgre_header). */
function otherEnd(tunnel: IpTunnelDevice, nexthop: Ipv4): Ipv4 {
  if (tunnel.remote !== 0) return tunnel.remote;
  return tunnel.kind === 'gre' ? tunnel.local : nexthop;
}

/** By the tunnel's own mark, not the packet's; undefined where no packet can leave, or only by the tunnel itself. */
function routeToEnd(rt: Runtime, device: Device, tunnel: IpTunnelDevice, remote: Ipv4): OutputDecision | undefined {
  const { ns } = device;
  if (tunnel.local !== 0 && !isLocalAddress(ns, tunnel.local)) return undefined;
  const oif = tunnel.dev === undefined ? undefined : ns.deviceByName.get(tunnel.dev);
  const decision = routeOutput(rt, ns, { dst: remote, src: tunnel.local, mark: tunnel.fwmark, oif });
  return decision.error !== undefined || decision.device === device ? undefined : decision;
}

function wrap(
  device: Device,
  tunnel: IpTunnelDevice,
  inner: IpPacket,
  outer: { readonly src: Ipv4; readonly dst: Ipv4; readonly df: boolean; readonly id: number },
): IpPacket {
  const length = ipTunnelHeader(tunnel) + packetLength(inner);
  const { okey: key, ocsum: checksum } = tunnel;
  const l4: IpTunnel = { kind: 'tunnel', sport: 0, dport: 0, length, key, checksum, packet: inner };
  const ttl = tunnel.ttl === 0 ? inner.ttl : tunnel.ttl;
  const proto = device.kind === 'ipip' ? PROTO.ipip : PROTO.gre;
  return { src: outer.src, dst: outer.dst, ttl, tos: inner.tos & 3, id: outer.id, df: outer.df, proto, l4 };
}

/** ip_tunnel_lookup. Devices that are down are not asked. */
export function findIpTunnel(tunnels: readonly Device[], outer: IpPacket, l4: IpTunnel): Device | undefined {
  const kind = outer.proto === PROTO.ipip ? 'ipip' : 'gre';
  let best: Device | undefined;
  let bestScore = -1;
  for (const device of tunnels) {
    const { tunnel } = device;
    if (tunnel?.kind !== kind) continue;
    const score = fit(tunnel, outer, l4);
    if (score > bestScore) [best, bestScore] = [device, score];
  }
  return best;
}

function fit(tunnel: IpTunnelDevice, outer: IpPacket, l4: IpTunnel): number {
  const { local, remote } = tunnel;
  if ((local !== 0 && local !== outer.dst) || (remote !== 0 && remote !== outer.src)) return -1;
  if (tunnel.ikey !== l4.key || (tunnel.icsum && !l4.checksum)) return -1;
  return (remote === 0 ? 0 : 2) + (local === 0 ? 0 : 1);
}
