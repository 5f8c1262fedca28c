/** Addresses that Services have from outside: nodes may take them for their own. */
import { type Ip, parseIp } from '../base/ip.js';
import type { Service } from '../api/types/core.js';

const known = new WeakMap<readonly Service[], ReadonlySet<Ip>>();

/** Once for each version of the list. */
export function publicAddresses(services: readonly Service[]): ReadonlySet<Ip> {
  const before = known.get(services);
  if (before !== undefined) return before;
  const addresses = new Set<Ip>();
  const add = (text: string): void => {
    const ip = parseIp(text);
    if (ip !== undefined) addresses.add(ip);
  };
  for (const { spec, status } of services) {
    for (const text of spec.externalIPs ?? []) add(text);
    for (const { ip } of status?.loadBalancer?.ingress ?? []) if (ip !== undefined) add(ip);
  }
  known.set(services, addresses);
  return addresses;
}
