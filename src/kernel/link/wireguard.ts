/**
 * WireGuard devices (drivers/net/wireguard): cryptokey routing. What leaves goes to the peer whose allowed IPs contain the destination, at its
 * endpoint; what comes must be sealed with a known peer's key, and its source must be that peer's. A peer's endpoint is where it last
 * spoke from. Without a peer, or without an endpoint, the sender gets ICMP 3/1 and a local one ENOKEY or EDESTADDRREQ. The outer packet has the
 * device's mark, not the inner one's. The handshake is not played: it succeeds where both ends hold each other's public key and the same
 * pre-shared one. The answers of
 * Linux 6.1 are in fixtures/kernel/links; the mark is taken from its socket.c. Left out: endpoints of IPv6, cookies, keepalives.
 */
import { unsupported } from '../../base/errors.js';
import { formatIp, type Ip, type Ipv4 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { WireguardConf, WireguardPeer } from '../../plan/wireguard/read-wireguard.js';
import { publicKey } from '../../plan/wireguard/x25519.js';
import type { Errno } from '../../trace/flow-record.js';
import { learnEndpoint } from '../apply.js';
import { ADDRESS_UNREACHABLE, UNREACHABLE6 } from '../ipv6/icmp-types.js';
import { sendIcmpv6Error } from '../ipv6/path/icmp-error.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { sendIcmpError, UNREACHABLE } from '../path/icmp-error.js';
import { recordDrop, recordTunnel } from '../record.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { packetLength } from './packet-length.js';
import { longestMatch, type PrefixMap, prefixMap } from './prefix-map.js';

export interface Wireguard {
  readonly kind: 'wireguard';
  readonly privateKey: string | undefined;
  readonly port: number;
  readonly fwmark: number;
  readonly peers: ReadonlyMap<string, WireguardPeer>;
  /** Which peer has an address. */
  readonly allowed: PrefixMap<WireguardPeer>;
  readonly allowed6: PrefixMap<WireguardPeer>;
  /** Where peers have spoken from since. */
  readonly learned: Map<WireguardPeer, Endpoint>;
}

export interface Endpoint {
  readonly ip: Ipv4;
  readonly port: number;
}

/** Type, receiver and counter before, the tag behind what is sealed, which is padded to 16 bytes. */
const HEADER = 16;
const TAG = 16;
const HOST_UNREACHABLE = 1;
/** Of the range from which the kernel takes a port at random. */
const ANY_PORT = 51820;

export function buildWireguard(conf: WireguardConf, origin: string): Wireguard {
  const { privateKey, listenPort, fwmark, peers } = conf;
  for (const { endpoint } of peers)
    if (typeof endpoint?.ip === 'bigint') throw unsupported('ipv6', `${origin}: WireGuard over IPv6 is not modelled`);
  const ranges = peers.flatMap((peer) => peer.allowedIps.map((range) => [range, peer] as const));
  const ofFamily = (family: 'number' | 'bigint'): PrefixMap<WireguardPeer> => prefixMap(ranges.filter(([{ ip }]) => typeof ip === family));
  const byKey = new Map(peers.map((peer) => [peer.publicKey, peer]));
  return {
    kind: 'wireguard',
    privateKey,
    port: listenPort || ANY_PORT,
    fwmark,
    peers: byKey,
    allowed: ofFamily('number'),
    allowed6: ofFamily('bigint'),
    learned: new Map(),
  };
}

/** wg_xmit. */
export function sendByWireguard(rt: Runtime, device: Device, wireguard: Wireguard, passage: Passage): Errno | undefined {
  const inner = passage.packet;
  const peer = peerOf(wireguard, inner.dst);
  if (peer === undefined) return refuse(rt, device, passage, 'ENOKEY', `no peer of ${device.name} is allowed ${formatIp(inner.dst)}`);
  const endpoint = wireguard.learned.get(peer) ?? (peer.endpoint as Endpoint | undefined);
  if (endpoint === undefined) return refuse(rt, device, passage, 'EDESTADDRREQ', `the peer of ${formatIp(inner.dst)} has no endpoint yet`);
  const { ns } = device;
  const { privateKey, fwmark } = wireguard;
  if (privateKey === undefined) {
    recordDrop(rt, ns, inner, 'WIREGUARD_NO_HANDSHAKE', () => `${device.name} has no private key`, { device });
    return undefined;
  }
  const decision = routeOutput(rt, ns, { dst: endpoint.ip, src: 0, mark: fwmark });
  if (decision.route === undefined || decision.error !== undefined || decision.device === device) {
    recordDrop(rt, ns, inner, 'IP_OUTNOROUTES', () => `${device.name} has no route to the endpoint ${formatIp(endpoint.ip)}`, { device });
    return undefined;
  }
  const outer = seal(device, wireguard, inner, { src: decision.source, id: rt.leg, peer, endpoint });
  recordTunnel(rt, 'encapsulate', device, inner, { encapsulation: 'WireGuard', vni: undefined, outer });
  rt.tunnelled.push({ ns, packet: outer, leg: rt.leg, mark: fwmark, about: undefined, fromClient: false, decision, tunnel: device });
  return undefined;
}

function refuse(rt: Runtime, device: Device, passage: Passage, errno: Errno, detail: string): Errno {
  recordDrop(rt, device.ns, passage.packet, 'WIREGUARD_NO_PEER', () => detail, { device });
  if (typeof passage.packet.src === 'number') sendIcmpError(rt, device.ns, passage, { type: UNREACHABLE, code: HOST_UNREACHABLE });
  else sendIcmpv6Error(rt, device.ns, passage, { type: UNREACHABLE6, code: ADDRESS_UNREACHABLE });
  return errno;
}

/** Who has an address. */
function peerOf({ allowed, allowed6 }: Wireguard, ip: Ip): WireguardPeer | undefined {
  return longestMatch(typeof ip === 'number' ? allowed : allowed6, ip);
}

function seal(
  device: Device,
  wireguard: Wireguard,
  inner: IpPacket,
  to: { readonly src: Ipv4; readonly id: number; readonly peer: WireguardPeer; readonly endpoint: Endpoint },
): IpPacket {
  const { peer, endpoint } = to;
  const whole = packetLength(inner);
  const padded = Math.max(whole, Math.min((whole + 15) & ~15, device.mtu));
  const from = publicKey(wireguard.privateKey as string);
  const tunnel = { kind: 'WireGuard', from, to: peer.publicKey, psk: peer.presharedKey, packet: inner } as const;
  return {
    ...{ src: to.src, dst: endpoint.ip, ttl: device.ns.defaultTtl, tos: inner.tos & 3, id: to.id, df: false, proto: PROTO.udp },
    l4: { kind: 'udp', sport: wireguard.port, dport: endpoint.port, length: HEADER + padded + TAG, tunnel },
  };
}

/** wg_receive: who speaks, whether it is he, and whether he may speak for this source. */
export function receiveByWireguard(rt: Runtime, device: Device, wireguard: Wireguard, outer: IpPacket): void {
  const { ns } = device;
  const { l4 } = outer;
  if (l4.kind !== 'udp' || l4.tunnel?.kind !== 'WireGuard')
    return recordDrop(rt, ns, outer, 'WIREGUARD_NO_HANDSHAKE', () => 'not a WireGuard datagram', { device });
  const { from, to, psk, packet } = l4.tunnel;
  const peer = wireguard.peers.get(from);
  const own = wireguard.privateKey === undefined ? undefined : publicKey(wireguard.privateKey);
  if (peer === undefined || to !== own || psk !== peer.presharedKey) {
    const detail = (): string =>
      peer === undefined ? `${device.name} knows no peer with the key ${from}` : `the keys of ${device.name} and its peer do not fit`;
    return recordDrop(rt, ns, outer, 'WIREGUARD_NO_HANDSHAKE', detail, { device });
  }
  learnEndpoint(rt, ns, wireguard, peer, { ip: outer.src as Ipv4, port: l4.sport });
  recordTunnel(rt, 'decapsulate', device, packet, { encapsulation: 'WireGuard', vni: undefined, outer });
  if (peerOf(wireguard, packet.src) !== peer)
    return recordDrop(
      rt,
      ns,
      packet,
      'WIREGUARD_NOT_ALLOWED',
      () => `the peer with the key ${from} is not allowed ${formatIp(packet.src)}`,
      { device },
    );
  rt.inFlight.push({ device, frame: { kind: 'ip', src: 0, dst: 0, packet }, leg: rt.leg, waiting: undefined, mark: 0, passage: undefined });
}
