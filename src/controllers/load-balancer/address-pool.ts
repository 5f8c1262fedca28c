/** Addresses for Services of type LoadBalancer: MetalLB gives every address of its pool (unless avoidBuggyIPs is set), a cloud those of hosts. */
import { type Cidr, cidrAddress, cidrContains, cidrSize, parseCidr } from '../../base/cidr.js';
import { formatIp, parseIp } from '../../base/ip.js';
import { familyOf, type IpFamily } from '../../base/ip-family.js';

/** Addresses tried before the pool is called full. */
const TRIES_MAX = 65_536;

export interface AddressPool {
  /** As in the cluster file: one CIDR, or one of each family with a comma. Undefined: no address is given. */
  readonly cidr: string | undefined;
  readonly hostsOnly: boolean;
}

export function poolHas({ cidr }: AddressPool, address: string): boolean {
  const ip = parseIp(address);
  return ip !== undefined && rangesOf(cidr).some((range) => cidrContains(range, ip));
}

/** The lowest free address of a family; undefined when none is left, or the pool has none. */
export function freeAddress({ cidr, hostsOnly }: AddressPool, family: IpFamily, taken: ReadonlySet<string>): string | undefined {
  const range = rangesOf(cidr).find(({ ip }) => familyOf(ip) === family);
  if (range === undefined) return undefined;
  const size = cidrSize(range);
  const narrow = hostsOnly && size > 2;
  const last = Math.min(narrow ? size - 1 : size, TRIES_MAX);
  for (let i = narrow ? 1 : 0; i < last; i++) {
    const address = formatIp(cidrAddress(range, i));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function rangesOf(text = ''): readonly Cidr[] {
  return text.split(',').flatMap((part) => parseCidr(part.trim()) ?? []);
}
