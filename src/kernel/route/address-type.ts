/** What kind of address one is to this host, as `-m addrtype` sees it: inet_addr_type, which looks at the local table alone. */
import type { Ipv4 } from '../../base/ip.js';
import { TABLE } from '../../plan/iproute2/scope.js';
import type { Namespace } from '../namespace.js';
import type { AddressType } from '../netfilter/contract.js';
import { type FibTable, lookupTable } from './fib.js';

export function addressType(ns: Namespace, ip: Ipv4, deviceName: string | undefined): AddressType {
  if (ip === -1 || ip === 0) return 'BROADCAST';
  if (ip >>> 28 === 14) return 'MULTICAST';
  const route = lookupTable(ns.fib.tables.get(TABLE.local) as FibTable, ip, undefined);
  if (route === undefined) return 'UNICAST';
  if (deviceName !== undefined && route.device?.name !== deviceName) return 'UNICAST';
  return route.type === 'local' ? 'LOCAL' : route.type === 'broadcast' ? 'BROADCAST' : 'UNICAST';
}

export function isLocalAddress(ns: Namespace, ip: Ipv4): boolean {
  return addressType(ns, ip, undefined) === 'LOCAL';
}
