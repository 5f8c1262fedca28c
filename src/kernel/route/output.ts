/**
 * The routing decision for a packet made here: ip_route_output_key of net/ipv4/route.c. Chooses the source address when none is
 * given. Errors are those that connect(2) and send(2) return. Not modelled: multicast.
 */
import { unsupported } from '../../base/errors.js';
import { formatIp, type Ip, type Ipv4 } from '../../base/ip.js';
import type { Errno } from '../../trace/flow-record.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Device, Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import type { Route, RouteOf } from './fib.js';
import { lookupByRules, lookupRoute } from './lookup.js';
import { ownFlow } from './flow-hash.js';
import { selectLeg } from './multipath.js';
import type { FlowSource } from './policy-rule.js';

const EVERYBODY = -1;

export interface OutputDecision<A extends Ip = Ipv4> {
  readonly route: RouteOf<A> | undefined;
  readonly device: Device;
  readonly source: A;
  readonly error: Errno | undefined;
}

export interface OutputKey {
  readonly dst: Ipv4;
  /** 0 lets the route choose. */
  readonly src: Ipv4;
  readonly mark: number;
  readonly oif?: Device | undefined;
  /** What rules may ask for besides. */
  readonly flow?: FlowSource | undefined;
  /** Of an ICMP error: the packet that it is about, by which its leg is chosen. */
  readonly about?: IpPacket | undefined;
}

export function routeOutput(rt: Runtime, ns: Namespace, key: OutputKey): OutputDecision<Ipv4> {
  const { dst, src, oif } = key;
  if (dst >>> 28 === 14) throw unsupported('multicast', `${ns.name}: packets to the multicast address ${formatIp(dst)} are not modelled`);
  if (dst === EVERYBODY && src !== 0 && oif === undefined) return fromOwn(ns, src);
  const { fib, lo } = ns;
  const known = fib.outputs.get(dst, src, key.mark, oif);
  if (known !== undefined) return ns.redirects.size === 0 ? known : redirected(rt, ns, known, dst);
  const found = fib.plain
    ? lookupRoute(rt, ns, dst, src, lo, key.mark, oif)
    : lookupByRules(rt, fib, dst, { src, iif: lo, oif, mark: key.mark, flow: key.flow });
  const made = decide(rt, ns, key, found);
  const decision = fib.plain && found?.legs === undefined ? fib.outputs.keep(dst, src, key.mark, oif, made) : made;
  return ns.redirects.size === 0 ? decision : redirected(rt, ns, decision, dst);
}

function decide(rt: Runtime, ns: Namespace, { dst, src, oif, flow, about }: OutputKey, found: Route | undefined): OutputDecision<Ipv4> {
  if (found === undefined) return oif === undefined ? fail(ns, undefined, 'ENETUNREACH') : onLink(ns, oif, src, dst);
  if (found.type === 'unreachable') return fail(ns, found, 'EHOSTUNREACH');
  if (found.type === 'prohibit') return fail(ns, found, 'EACCES');
  if (found.type === 'blackhole') return fail(ns, found, 'EINVAL');
  if (found.type === 'local') return { route: found, device: ns.lo, source: src !== 0 ? src : found.source || dst, error: undefined };
  const route = found.legs === undefined ? found : selectLeg(rt, ns, found, ownFlow(src, dst, flow, about));
  const device = route.device as Device;
  const source = src !== 0 ? src : route.source;
  if (dst === 0 || (source >>> 24 === 127 && !device.conf.routeLocalnet)) return fail(ns, route, 'EINVAL');
  return { route, device, source, error: undefined };
}

/** By the gateway that the route's own has named for the destination. */
function redirected(rt: Runtime, ns: Namespace, decision: OutputDecision<Ipv4>, dst: Ipv4): OutputDecision<Ipv4> {
  const { route } = decision;
  const gateway = route?.via === undefined || decision.error !== undefined ? undefined : redirectTo(rt, ns, dst);
  return route === undefined || gateway === undefined ? decision : { ...decision, route: { ...route, via: gateway } };
}

/** Undefined where no redirect holds. */
export function redirectTo(rt: Runtime, ns: Namespace, dst: Ipv4): Ipv4 | undefined {
  const known = ns.redirects.get(dst);
  return known !== undefined && known.expiresUs > rt.nowUs ? known.gateway : undefined;
}

/** What goes to 255.255.255.255 from an address of this host leaves by the device that has it, whatever routes say. */
function fromOwn(ns: Namespace, src: Ipv4): OutputDecision<Ipv4> {
  const device = ns.devices.find(({ addresses }) => addresses.some(({ ip }) => ip === src));
  return device === undefined ? fail(ns, undefined, 'EINVAL') : onLink(ns, device, src, EVERYBODY);
}

function fail(ns: Namespace, route: Route | undefined, error: Errno): OutputDecision<Ipv4> {
  return { route, device: ns.lo, source: 0, error };
}

/** "Apparently, routing tables are wrong. Assume, that the destination is on link": for a packet bound to a device. */
function onLink(ns: Namespace, device: Device, src: Ipv4, dst: Ipv4): OutputDecision<Ipv4> {
  const source = src !== 0 ? src : (device.addresses[0]?.ip ?? 0);
  const text = `${formatIp(dst)} dev ${device.name}`;
  const route: Route = {
    ...{ type: 'unicast', prefix: dst, length: 32, device, via: undefined, source, metric: 0 },
    ...{ mtu: undefined, advmss: undefined, scope: 253, text, legs: undefined },
  };
  return { route, device: device ?? ns.lo, source, error: undefined };
}
