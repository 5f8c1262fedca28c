/**
 * The routing decision for a packet that came in: ip_route_input_slow of net/ipv4/route.c, in its order: martian addresses, the
 * look-up, the reverse path. What Linux answers with an ICMP error carries its code. Not modelled: multicast routing, source routes.
 */
import type { Ipv4 } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { DropReason } from '../../trace/drop-reason.js';
import type { Device } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import type { Route } from './fib.js';
import { lookupByRules, lookupRoute } from './lookup.js';
import { type Flow, forwardedFlow } from './flow-hash.js';
import { selectLeg } from './multipath.js';
import { incoming } from './policy-rule.js';
import { reversePath, type WayBack } from './reverse-path.js';

export interface InputDecision {
  readonly kind: 'local' | 'forward' | 'drop';
  readonly route: Route | undefined;
  readonly reason: DropReason | undefined;
  /** Of the destination unreachable error that goes back; undefined for none. */
  readonly icmpCode: number | undefined;
}

const refuse = (reason: DropReason, icmpCode?: number): InputDecision => ({ kind: 'drop', route: undefined, reason, icmpCode });

const MARTIAN_SOURCE = refuse('IP_MARTIAN_SOURCE');
const MARTIAN_DESTINATION = refuse('IP_MARTIAN_DESTINATION');
const LOCALNET = refuse('IP_LOCALNET');
const RPFILTER = refuse('IP_RPFILTER');
const NO_FORWARDING = refuse('IP_FORWARDING_DISABLED');
const NO_ROUTE = refuse('IP_INNOROUTES', 0);

export function routeInput(rt: Runtime, device: Device, src: Ipv4, dst: Ipv4, mark: number, packet?: IpPacket): InputDecision {
  const { ns, conf } = device;
  const srcByte = src >>> 24;
  const dstByte = dst >>> 24;
  if (srcByte >= 224 && (srcByte < 240 || src === -1)) return MARTIAN_SOURCE;
  if (dst !== -1 && !(src === 0 && dst === 0)) {
    if (src === 0) return MARTIAN_SOURCE;
    if (dst === 0) return MARTIAN_DESTINATION;
    if ((dstByte === 127 || srcByte === 127) && !conf.routeLocalnet && device.kind !== 'lo') return LOCALNET;
  }
  if (dst === -1) return toEverybody(rt, device, { src, dst, mark, packet });
  const known = device.routed.get(dst, src, mark, undefined);
  if (known !== undefined) return known;
  const { fib } = ns;
  const found = fib.plain
    ? lookupRoute(rt, ns, dst, src, device, mark)
    : lookupByRules(rt, fib, dst, { src, iif: device, oif: undefined, mark, flow: incoming(packet, fib.dissects) });
  if (found === undefined || isReject(found)) return unreachable(device, found);
  const decision = decide(rt, device, { src, dst, mark, packet }, found);
  return fib.plain && found.legs === undefined ? device.routed.keep(dst, src, mark, undefined, decision) : decision;
}

function decide(rt: Runtime, device: Device, way: Coming, found: Route): InputDecision {
  const { ns, conf } = device;
  const { src, dst, mark, packet } = way;
  const route = found.legs === undefined ? found : selectLeg(rt, ns, found, hashedAs(src, dst, packet));
  if (route.type === 'local' || (route.type === 'broadcast' && !conf.forwardsBroadcasts)) {
    const verdict = reversePath(rt, device, { src, dst, mark, out: undefined, packet });
    if (verdict === 'ok') return { kind: 'local', route, reason: undefined, icmpCode: undefined };
    return verdict === 'martian' ? MARTIAN_SOURCE : RPFILTER;
  }
  if (!conf.forwarding) return NO_FORWARDING;
  const verdict = reversePath(rt, device, { src, dst, mark, out: route.device, packet });
  if (verdict !== 'ok') return verdict === 'martian' ? MARTIAN_SOURCE : RPFILTER;
  return { kind: 'forward', route, reason: undefined, icmpCode: undefined };
}

function hashedAs(src: Ipv4, dst: Ipv4, packet: IpPacket | undefined): Flow {
  return packet === undefined ? { src, dst, source: undefined, forwarded: true } : forwardedFlow(packet);
}

/** 255.255.255.255 is for this host, whatever routes say (brd_input). */
function toEverybody(rt: Runtime, device: Device, way: Coming): InputDecision {
  const verdict = reversePath(rt, device, { ...way, out: undefined });
  if (verdict !== 'ok') return verdict === 'martian' ? MARTIAN_SOURCE : RPFILTER;
  const route: Route = {
    ...{ type: 'broadcast', prefix: -1, length: 32, device, via: undefined, source: 0, metric: 0, mtu: undefined, advmss: undefined },
    ...{ scope: 253, text: 'broadcast 255.255.255.255', legs: undefined },
  };
  return { kind: 'local', route, reason: undefined, icmpCode: undefined };
}

function isReject(route: Route): boolean {
  return route.type === 'blackhole' || route.type === 'unreachable' || route.type === 'prohibit';
}

interface Coming extends Omit<WayBack, 'out'> {
  readonly packet: IpPacket | undefined;
}

/** ip_error(): what no route, and the routes that lead nowhere, become. A host that does not forward says nothing. */
function unreachable(device: Device, route: Route | undefined): InputDecision {
  if (!device.conf.forwarding) return NO_FORWARDING;
  if (route === undefined) return NO_ROUTE;
  const reason = route.type === 'blackhole' ? 'IP_ROUTE_BLACKHOLE' : 'IP_ROUTE_UNREACHABLE';
  const icmpCode = route.type === 'blackhole' ? undefined : route.type === 'unreachable' ? 1 : 13;
  return { kind: 'drop', route, reason, icmpCode };
}
