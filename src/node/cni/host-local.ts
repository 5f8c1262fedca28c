/**
 * The host-local IPAM plug-in: hands out the addresses of a range round robin, the next after the one given last, never the gateway, so that an
 * address that was freed comes back only when the cursor has gone round. Source: CNI plugins v1.9.1 plugins/ipam/host-local
 * (backend/allocator). The first usable address is the gateway's; the end is the last one, in IPv4 the one before broadcast. A pod gets an address of every
 * range, or none at all. Left out: several ranges of one family, static requests.
 */
import { addressBits, type Cidr, cidrAddress, cidrSize } from '../../base/cidr.js';
import { familyOf, familyOfText } from '../../base/ip-family.js';
import { compareIp, formatIp, type Ip, parseIp } from '../../base/ip.js';

/** One address of each range; none where one of them is full. `last` are those given last. */
export function allocateOfRanges(ranges: readonly Cidr[], taken: ReadonlySet<string>, last: readonly string[]): readonly string[] {
  const given = ranges.map((range) => {
    const before = last.find((text) => familyOfText(text) === familyOf(range.ip));
    return allocateHostLocal(range, taken, before);
  });
  const found = given.filter((address) => address !== undefined);
  return found.length === ranges.length ? found : [];
}

/** The next free address, or undefined when the range is full. */
export function allocateHostLocal(subnet: Cidr, taken: ReadonlySet<string>, last: string | undefined): string | undefined {
  if (subnet.length > addressBits(subnet.ip) - 2) return undefined;
  const count = cidrSize(subnet) - (typeof subnet.ip === 'number' ? 2 : 1);
  const start = offsetAfter(subnet, last, count);
  for (let i = 0; i < count; i++) {
    const offset = ((start - 1 + i) % count) + 1;
    // Offset 1 is the gateway.
    if (offset === 1) continue;
    const address = formatIp(cidrAddress(subnet, offset));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function offsetAfter(subnet: Cidr, last: string | undefined, count: number): number {
  const ip: Ip | undefined = last === undefined ? undefined : parseIp(last);
  if (ip === undefined || typeof ip !== typeof subnet.ip) return 1;
  if (compareIp(ip, cidrAddress(subnet, 1)) < 0 || compareIp(ip, cidrAddress(subnet, count)) > 0) return 1;
  const offset = typeof ip === 'number' ? (ip >>> 0) - ((subnet.ip as number) >>> 0) : Number(ip - (subnet.ip as bigint));
  return (offset % count) + 1;
}
