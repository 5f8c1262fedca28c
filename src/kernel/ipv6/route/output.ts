/**
 * The routing decision for an IPv6 packet made here: ip6_dst_lookup_tail of net/ipv6/ip6_output.c. The source is chosen after the route, and
 * with it the route again where only a source-specific rule leads on. Errors are those that connect(2) and send(2) return.
 * Left out: multicast but for neighbour discovery.
 */
import { unsupported } from '../../../base/errors.js';
import { formatIp, type Ip, type Ipv6 } from '../../../base/ip.js';
import type { Errno } from '../../../trace/flow-record.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { Device, Namespace } from '../../namespace.js';
import { ownFlow } from '../../route/flow-hash.js';
import { selectLeg } from '../../route/multipath.js';
import type { OutputDecision } from '../../route/output.js';
import type { FlowSource } from '../../route/policy-rule.js';
import type { Runtime } from '../../runtime.js';
import { isMulticast6 } from '../address.js';
import type { Route6 } from './fib.js';
import { lookupRoute6 } from './lookup.js';
import { selectSource6 } from './source-address.js';

export interface OutputKey6 {
  readonly dst: Ipv6;
  /** 0 lets the route choose. */
  readonly src: Ipv6;
  readonly mark: number;
  /** The device that a link-local destination is behind, or that the packet is bound to. */
  readonly oif?: Device | undefined;
  /** The device is a sender's word with a packet of its own (IPV6_PKTINFO): better, but no must. */
  readonly loose?: boolean | undefined;
  /** What rules may ask for besides. */
  readonly flow?: FlowSource | undefined;
  /** Of an ICMP error: the packet that it is about, by which its leg is chosen. */
  readonly about?: IpPacket | undefined;
}

type Decision = OutputDecision<Ipv6>;

export function routeOutput6(rt: Runtime, ns: Namespace, key: OutputKey6): Decision {
  return redirected6(rt, ns, routed(rt, ns, key), key.dst);
}

/** By the next hop that the route's own gateway has named for the destination. */
export function redirected6<T extends Ip>(rt: Runtime, ns: Namespace, decision: OutputDecision<T>, dst: Ipv6): OutputDecision<T> {
  const { redirects } = rt.ipv6(ns);
  const known = redirects.size === 0 ? undefined : redirects.get(dst);
  const { route, error } = decision;
  if (known === undefined || route?.device !== known.device || error !== undefined || route.via === undefined) return decision;
  return { ...decision, route: { ...route, via: known.target === dst ? undefined : known.target } };
}

function routed(rt: Runtime, ns: Namespace, key: OutputKey6): Decision {
  const { dst, src } = key;
  if (isMulticast6(dst)) throw unsupported('multicast', `${ns.name}: packets to the multicast address ${formatIp(dst)} are not modelled`);
  const first = find(rt, ns, key, src);
  if (src !== 0n) return decide(ns, first, src);
  const source = first?.source || selectSource6(rt.ipv6(ns), first?.device, dst);
  if (source === undefined) return fail(ns, first, 'EADDRNOTAVAIL');
  return decide(ns, errorOf(first) === undefined ? first : find(rt, ns, key, source), source);
}

function find(rt: Runtime, ns: Namespace, key: OutputKey6, src: Ipv6): Route6 | undefined {
  const { dst, oif, loose, mark, flow, about } = key;
  const found = lookupRoute6(rt, rt.ipv6(ns).fib, dst, { src, iif: ns.lo, oif, loose, mark, flow });
  return found === undefined ? undefined : selectLeg(rt, ns, found, ownFlow(src, dst, flow, about));
}

function decide(ns: Namespace, route: Route6 | undefined, source: Ipv6): Decision {
  const error = errorOf(route);
  if (error !== undefined || route === undefined) return fail(ns, route, error ?? 'ENETUNREACH');
  const own = route.type === 'local' || route.type === 'anycast';
  return { route, device: own ? ns.lo : (route.device as Device), source, error: undefined };
}

/** ip6_rt_type_to_error. */
function errorOf(route: Route6 | undefined): Errno | undefined {
  switch (route?.type) {
    case undefined:
      return 'ENETUNREACH';
    case 'unreachable':
      return 'EHOSTUNREACH';
    case 'prohibit':
      return 'EACCES';
    case 'blackhole':
      return 'EINVAL';
    default:
      return undefined;
  }
}

function fail(ns: Namespace, route: Route6 | undefined, error: Errno): Decision {
  return { route, device: ns.lo, source: 0n, error };
}
