/**
 * The only code that changes a namespace while packets run: learned addresses, neighbours, ICMP tokens. Stages decide and call here.
 * (Netfilter keeps its own state behind its contract.)
 */
import { unsupported } from '../base/errors.js';
import { formatIp, type Ip, type Ipv4, type Ipv6 } from '../base/ip.js';
import { formatMac, type Mac } from '../base/mac.js';
import type { Bridge, BridgePort } from './link/bridge.js';
import type { Vxlan } from './link/vxlan.js';
import type { Endpoint, Wireguard } from './link/wireguard.js';
import type { WireguardPeer } from '../plan/wireguard/read-wireguard.js';
import type { Device, IcmpTokens, Namespace } from './namespace.js';
import { knownNeighbour, type Neighbour, type Waiting, WAITING_MAX } from './neigh/neighbour.js';
import { endDoubt, probeIntervalUs, staleAfter } from './neigh/verify.js';
import type { Runtime } from './runtime.js';

/** Source learning of a bridge port: br_fdb_update. */
export function learnFdb(rt: Runtime, bridge: Bridge, port: BridgePort, mac: Mac): void {
  let entry = port.lastSrc === mac ? port.lastSrcEntry : bridge.fdb.get(mac);
  if (entry === undefined) {
    entry = { port, seenUs: rt.nowUs, ages: true };
    bridge.fdb.set(mac, entry);
    rt.watch.lasting++;
  } else {
    if (entry.port !== port) rt.watch.lasting++;
    entry.port = port;
    entry.seenUs = rt.nowUs;
  }
  port.lastSrc = mac;
  port.lastSrcEntry = entry;
}

/** Source learning of a VXLAN device: vxlan_snoop. Entries of the plan stay as they are. */
export function learnVxlan(rt: Runtime, vxlan: Vxlan, mac: Mac, remote: Ip): void {
  const entry = vxlan.fdb.get(mac);
  if (entry === undefined || (entry.ages && entry.remotes[0]?.ip !== remote)) rt.watch.lasting++;
  if (entry === undefined) vxlan.fdb.set(mac, { remotes: [{ ip: remote, port: vxlan.port }], seenUs: rt.nowUs, ages: true });
  else if (entry.ages) {
    if (entry.remotes[0]?.ip !== remote) entry.remotes = [{ ip: remote, port: vxlan.port }];
    entry.seenUs = rt.nowUs;
  }
}

/** Of several answers to one question of ARP the first counts: what an entry has learned stands so long (locktime of arp(7)). */
const LOCKTIME_US = 1_000_000;

/** ARP or neighbour discovery told an address. Packets that waited for it go on; unknown senders are only noted with `create`. */
export function learnNeighbour(rt: Runtime, device: Device, ip: Ip, mac: Mac, create: boolean): void {
  const entry = device.neighbours.get(ip);
  rt.watch.noteRare();
  if (entry?.state !== 'reachable' || entry.mac !== mac) rt.watch.lasting++;
  if (entry === undefined) {
    if (!create) return;
    const known = knownNeighbour(ip, device, mac, 'reachable');
    known.updatedUs = rt.nowUs;
    known.staleUs = staleAfter(rt, device, ip);
    device.neighbours.set(ip, known);
    return;
  }
  if (entry.state === 'permanent') return;
  if (entry.state === 'reachable' && entry.mac !== mac && typeof ip === 'number' && rt.nowUs - entry.updatedUs <= LOCKTIME_US) {
    if (create || !rt.apart) return;
    const claims = `${formatMac(entry.mac)} and ${formatMac(mac)} both answer for ${formatIp(ip)}`;
    throw unsupported('address-conflict', `${device.ns.name}: ${device.name}: ${claims}; whose answer comes first is left to chance`);
  }
  if (entry.state !== 'reachable' || entry.mac !== mac) entry.updatedUs = rt.nowUs;
  if (entry.state === 'incomplete') {
    rt.resolving.splice(rt.resolving.indexOf(entry), 1);
    rt.resolved.push(...entry.waiting);
    entry.waiting = [];
  } else if (entry.dueUs > 0) endDoubt(rt, entry);
  entry.state = 'reachable';
  entry.mac = mac;
  entry.staleUs = staleAfter(rt, device, ip);
}

/**
 * An advertisement that does not override names a link address. True where another is known: that stays, but nothing vouches for it any more
 * (NEIGH_UPDATE_F_WEAK_OVERRIDE of __neigh_update).
 */
export function contradictNeighbour(rt: Runtime, device: Device, ip: Ip, mac: Mac): boolean {
  const entry = device.neighbours.get(ip);
  if (entry?.state !== 'reachable' || entry.mac === mac) return false;
  const isAskedAgain = entry.dueUs > 0;
  rt.watch.lasting++;
  if (!isAskedAgain) entry.staleUs = Math.min(entry.staleUs, rt.nowUs);
  return true;
}

/** A packet joins those that wait for a neighbour; true if this is the first, so that it must be asked for now. */
export function awaitNeighbour(rt: Runtime, waiting: Waiting): boolean {
  const { device, nexthop } = waiting;
  const entry = device.neighbours.get(nexthop);
  if (entry !== undefined) {
    if (entry.waiting.length >= WAITING_MAX) entry.waiting.shift();
    entry.waiting.push(waiting);
    return false;
  }
  ask(rt, device, nexthop, [waiting]);
  return true;
}

/** A neighbour is asked for though no packet waits. */
export function awaitAnswer(rt: Runtime, device: Device, ip: Ip): void {
  ask(rt, device, ip, []);
}

function ask(rt: Runtime, device: Device, ip: Ip, waiting: Waiting[]): void {
  const dueUs = rt.nowUs + probeIntervalUs(device, ip);
  const asked: Neighbour = { ip, device, state: 'incomplete', mac: 0, updatedUs: 0, staleUs: 0, given: false, probes: 1, dueUs, waiting };
  device.neighbours.set(ip, asked);
  rt.watch.noteRare();
  rt.resolving.push(asked);
}

export function countProbe(rt: Runtime, neighbour: Neighbour): void {
  neighbour.probes++;
  neighbour.dueUs = rt.nowUs + probeIntervalUs(neighbour.device, neighbour.ip);
}

/** Nobody answered: the entry goes, and its packets are handed back. */
export function failNeighbour(rt: Runtime, neighbour: Neighbour): readonly Waiting[] {
  rt.resolving.splice(rt.resolving.indexOf(neighbour), 1);
  neighbour.device.neighbours.delete(neighbour.ip);
  rt.watch.noteRare();
  return neighbour.waiting;
}

/** The burst of XRLIM_BURST_FACTOR errors that a receiver may get at once. */
const ICMP_BURST = 6;

/** A receiver that was never told of an error is treated as if the last were a minute ago (inet_getpeer). */
const FIRST_AGE_US = 60_000_000;
/** ip_rt_error_cost and ip_rt_error_burst, which nobody can set for a namespace. */
const ROUTE_ERROR_PRICE_US = 1_000_000;
const ROUTE_ERROR_BURST = 5;

/** Time that the kernel knows (CONFIG_HZ=250). */
const JIFFY_US = 4000;

/**
 * Takes one token of icmp_ratelimit for a receiver: inet_peer_xrlim_allow. False: the error must not be sent. Where each is free (0), none is saved
 * for the errors about routes either.
 */
export function takeIcmpToken(rt: Runtime, ns: Namespace, receiver: Ipv4): boolean {
  return takeToken(rt, ns, ns.icmpTokens, receiver, ns.icmpRatelimitMs * 1000);
}

/** The same for ICMPv6, whose price depends on the route (icmpv6_xrlim_allow). */
export function takeIcmpv6Token(rt: Runtime, ns: Namespace, tokens: Map<Ipv6, IcmpTokens>, receiver: Ipv6, price: number): boolean {
  return takeToken(rt, ns, tokens, receiver, price);
}

/** The same tokens pay for the error about a missing route, before icmp_ratelimit asks for them: ip_error of net/ipv4/route.c. */
export function takeRouteErrorToken(rt: Runtime, ns: Namespace, receiver: Ipv4): boolean {
  return takeToken(rt, ns, ns.icmpTokens, receiver, ROUTE_ERROR_PRICE_US, ROUTE_ERROR_BURST);
}

// eslint-disable-next-line eslint/max-params
function takeToken<A extends Ip>(
  rt: Runtime,
  ns: Namespace,
  tokens: Map<A, IcmpTokens>,
  receiver: A,
  price: number,
  burst = ICMP_BURST,
): boolean {
  touch(rt, ns);
  rt.watch.noteRare();
  let bucket = tokens.get(receiver);
  if (bucket === undefined) tokens.set(receiver, (bucket = { tokens: 0, lastUs: rt.nowUs - FIRST_AGE_US }));
  // What the one price allows to save, the other may not spend: but within one moment nothing is cut.
  if (rt.nowUs - bucket.lastUs >= JIFFY_US) {
    bucket.tokens = Math.min(bucket.tokens + rt.nowUs - bucket.lastUs, burst * price);
    bucket.lastUs = rt.nowUs;
  }
  if (bucket.tokens < price) return false;
  bucket.tokens -= price;
  return true;
}

/** A WireGuard peer has spoken from there: wg_socket_set_peer_endpoint. What the plan says already is not learned. */
export function learnEndpoint(rt: Runtime, ns: Namespace, wireguard: Wireguard, peer: WireguardPeer, from: Endpoint): void {
  const known = wireguard.learned.get(peer) ?? peer.endpoint;
  if (known?.ip === from.ip && known.port === from.port) return;
  wireguard.learned.set(peer, from);
  rt.watch.lasting++;
  touch(rt, ns);
}

/** Notes that reset() has something to forget here. */
export function touch(rt: Runtime, ns: Namespace): void {
  if (ns.touched) return;
  ns.touched = true;
  rt.touched.push(ns);
}
