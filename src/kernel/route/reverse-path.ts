/**
 * Whether a source address may come in by a device: fib_validate_source of net/ipv4/fib_frontend.c. rp_filter is the greater of
 * `all` and the device's: 0 refuses only the host's own addresses (unless accept_local), 1 wants the way back by the same device, 2 any way back.
 * Policy rules see the way back: its source is where the packet goes; its mark counts only with src_valid_mark.
 */
import type { Ipv4 } from '../../base/ip.js';
import type { Device } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import type { Route } from './fib.js';
import type { RpfilterOptions } from '../netfilter/contract.js';
import { lookupByRules, lookupRoute } from './lookup.js';
import { backwards, type FlowSource } from './policy-rule.js';

export type ReversePath = 'ok' | 'martian' | 'filtered';

/** The way that is asked for: back from `dst`, as if the packet came in by `out`, where it is forwarded to, or was made here. */
export interface WayBack {
  readonly src: Ipv4;
  readonly dst: Ipv4;
  readonly mark: number;
  readonly out: Device | undefined;
  readonly packet?: FlowSource | undefined;
}

export function reversePath(rt: Runtime, device: Device, way: WayBack): ReversePath {
  const { conf, ns } = device;
  if (conf.rpFilter === 0 && ns.fib.plain) {
    if (conf.acceptLocal || device.kind === 'lo') return 'ok';
    return ns.fib.own.has(way.src) ? 'martian' : 'ok';
  }
  if (conf.rpFilter === 0 && conf.acceptLocal) return 'ok';
  const { rpFilter } = conf;
  const route = routeBack(rt, device, way, conf.srcValidMark);
  if (route === undefined) return rpFilter === 0 ? 'ok' : 'filtered';
  if (route.type === 'local' && device.kind === 'lo') return 'ok';
  if (route.type !== 'unicast' && !(route.type === 'local' && conf.acceptLocal)) return 'martian';
  if (leavesBy(route, device)) return 'ok';
  if (device.addresses.length === 0) return rpFilter === 0 ? 'ok' : 'filtered';
  return rpFilter === 1 ? 'filtered' : 'ok';
}

/** `-m rpfilter` (net/ipv4/netfilter/ipt_rpfilter.c), whatever the sysctls say. */
export function rpfilterHolds(rt: Runtime, device: Device, way: WayBack, options: RpfilterOptions): boolean {
  const route = routeBack(rt, device, way, options.validMark);
  if (route === undefined || (route.type !== 'unicast' && !(route.type === 'local' && options.acceptLocal))) return false;
  return options.loose || leavesBy(route, device);
}

function routeBack(rt: Runtime, { ns }: Device, { src, dst, mark, out, packet }: WayBack, validMark: boolean): Route | undefined {
  const { fib, lo } = ns;
  const iif = out ?? lo;
  const asked = validMark ? mark : 0;
  const route = fib.plain
    ? lookupRoute(rt, ns, src, dst, iif, asked)
    : lookupByRules(rt, fib, src, { src: dst, iif, oif: undefined, mark: asked, flow: backwards(packet, fib.dissects) });
  return route === undefined || route.type === 'unreachable' || route.type === 'prohibit' || route.type === 'blackhole' ? undefined : route;
}

function leavesBy(route: Route, device: Device): boolean {
  return route.device === device || (route.legs?.some((leg) => leg.route.device === device) ?? false);
}
