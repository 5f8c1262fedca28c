/**
 * Whether a source address may come in by a device: fib_validate_source of net/ipv4/fib_frontend.c. rp_filter is the greater of
 * `all` and the device's: 0 refuses only the host's own addresses (unless accept_local), 1 wants the way back by the same device, 2 any way back.
 */
import type { Ipv4 } from '../../base/ip.js';
import type { Device } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import type { Route } from './fib.js';
import { lookupRoute } from './lookup.js';

export type ReversePath = 'ok' | 'martian' | 'filtered';

export function reversePath(rt: Runtime, device: Device, src: Ipv4, mark: number): ReversePath {
  const { conf, ns } = device;
  if (conf.rpFilter === 0 && ns.fib.plain) {
    if (conf.acceptLocal || device.kind === 'lo') return 'ok';
    return ns.fib.own.has(src) ? 'martian' : 'ok';
  }
  if (conf.rpFilter === 0 && conf.acceptLocal) return 'ok';
  return checkPath(rt, device, src, mark, conf.rpFilter);
}

/** As the `rpfilter` match asks it, whatever the sysctls say. */
export function checkPath(rt: Runtime, device: Device, src: Ipv4, mark: number, rpFilter: number): ReversePath {
  const { conf, ns } = device;
  const route = lookupRoute(rt, ns, src, 0, device, mark);
  if (route === undefined || route.type === 'unreachable' || route.type === 'prohibit' || route.type === 'blackhole') {
    return rpFilter === 0 ? 'ok' : 'filtered';
  }
  if (route.type === 'local' && device.kind === 'lo') return 'ok';
  if (route.type !== 'unicast' && !(route.type === 'local' && conf.acceptLocal)) return 'martian';
  if (leavesBy(route, device)) return 'ok';
  if (device.addresses.length === 0) return rpFilter === 0 ? 'ok' : 'filtered';
  return rpFilter === 1 ? 'filtered' : 'ok';
}

function leavesBy(route: Route, device: Device): boolean {
  return route.device === device || (route.legs?.some((leg) => leg.route.device === device) ?? false);
}
