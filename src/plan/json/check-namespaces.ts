/** Each namespace of a plan as a whole: what its parts say of each other, and whether Linux would take it, thing by thing. */
import type { Ip } from '../../base/ip.js';
import { checkDevices } from './check-devices.js';
import { checkFdb } from './check-fdb.js';
import { checkLinks, type NamedNetns } from './check-links.js';
import type { IsBindable } from './check-listeners.js';
import { checkRoutes, isBindable } from './check-routes.js';
import { checkRuleTwice } from './check-rules.js';
import { checkSysctls } from './check-sysctls.js';
import { devicesOf } from './devices-of.js';
import type { Problems, Spot } from './fields.js';

/** By namespace: what may be bound to. */
export function checkNamespaces(problems: Problems, namespaces: readonly NamedNetns[]): ReadonlyMap<string, IsBindable> {
  const ends = checkLinks(problems, namespaces);
  return new Map(namespaces.map((netns) => [netns.name, checkNamespace(problems, netns, ends.get(netns.name) ?? new Set())]));
}

function checkNamespace(problems: Problems, netns: NamedNetns, ends: ReadonlySet<string>): IsBindable {
  const { name, plan, routes, rules, fdb } = netns;
  const spot: Spot = { problems, path: ['netns', name] };
  const devices = devicesOf(netns, ends);
  const names = new Set(devices.keys());
  checkSysctls({ problems, path: [...spot.path, 'sysctl'] }, plan.sysctl, names);
  checkDevices({ problems, path: [...spot.path, 'links'] }, plan, names);
  const four = checkRoutes(routes, devices, 32);
  const six = checkRoutes(routes, devices, 128);
  checkRuleTwice(rules);
  checkFdb(fdb, devices);
  const anywhere = (family: string): boolean => Number(plan.sysctl[`net.${family}.ip_nonlocal_bind`] ?? 0) !== 0;
  return (ip: Ip) => (typeof ip === 'number' ? anywhere('ipv4') || isBindable(four, ip) : anywhere('ipv6') || isBindable(six, ip));
}
