/** Addresses for Services of type LoadBalancer: MetalLB gives every address of its pool (unless avoidBuggyIPs is set), a cloud those of hosts. */
import { cidrAddress, cidrContains, cidrSize, parseCidr } from '../../base/cidr.js';
import { formatIp, parseIp } from '../../base/ip.js';

/** Addresses tried before the pool is called full. */
const TRIES_MAX = 65_536;

export interface AddressPool {
  /** As in the cluster file: one CIDR, or two with a comma, of which the IPv4 one counts. Undefined: no address is given. */
  readonly cidr: string | undefined;
  readonly hostsOnly: boolean;
}

export function poolHas({ cidr }: AddressPool, address: string): boolean {
  const range = ipv4Range(cidr);
  const ip = parseIp(address);
  return range !== undefined && ip !== undefined && cidrContains(range, ip);
}

/** The lowest free address; undefined when none is left. */
export function freeAddress({ cidr, hostsOnly }: AddressPool, taken: ReadonlySet<string>): string | undefined {
  const range = ipv4Range(cidr);
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

function ipv4Range(text: string | undefined): ReturnType<typeof parseCidr> {
  const four = text?.split(',').find((part) => !part.includes(':'));
  return four === undefined ? undefined : parseCidr(four.trim());
}
