/**
 * Which of a host's addresses an IPv6 packet takes: ipv6_dev_get_saddr of net/ipv6/addrconf.c, RFC 6724's rules 1 (same address),
 * 2 (scope), 5 (outgoing device), 6 (label) and 8 (longest prefix, no longer than the address's own). All devices compete unless the
 * destination is on the link. Left out: deprecated, home and temporary addresses, other labels than the kernel's own (net/ipv6/addrlabel.c).
 */
import { type Cidr, cidrContains, parseCidr } from '../../../base/cidr.js';
import type { Ipv6 } from '../../../base/ip.js';
import type { Device } from '../../namespace.js';
import { commonBits, scopeOf } from '../address.js';
import type { Ipv6Address, Ipv6Stack } from '../stack.js';

const ON_LINK = 2;

/** Most specific first. */
const LABELS: readonly (readonly [Cidr, number])[] = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['2002::/16', 2],
    ['fc00::/7', 5],
    ['::/0', 1],
  ] as const
).map(([text, label]) => [parseCidr(text) as Cidr, label]);

/** A score by each rule, to be compared from the first on. */
type Score = readonly number[];

/** `device` is the one the packet leaves by, if that is known. Undefined when the host has no address that would do. */
export function selectSource6(stack: Ipv6Stack, device: Device | undefined, dst: Ipv6): Ipv6 | undefined {
  const scope = scopeOf(dst);
  let best: Ipv6 | undefined;
  let bestScore: Score = [];
  for (const [candidate, own] of stack.devices) {
    if (scope <= ON_LINK && candidate !== device) continue;
    for (const address of own.addresses) {
      const score = rate(address, { dst, scope, onDevice: device === undefined || candidate === device });
      if (best !== undefined && !isBetter(score, bestScore)) continue;
      best = address.ip;
      bestScore = score;
    }
  }
  return best;
}

function rate({ ip, length }: Ipv6Address, to: { readonly dst: Ipv6; readonly scope: number; readonly onDevice: boolean }): Score {
  const scope = scopeOf(ip);
  return [
    ip === to.dst ? 1 : 0,
    scope >= to.scope ? -scope : scope - 128,
    to.onDevice ? 1 : 0,
    labelOf(ip) === labelOf(to.dst) ? 1 : 0,
    Math.min(commonBits(ip, to.dst), length),
  ];
}

function isBetter(a: Score, b: Score): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] as number) > (b[at] as number);
}

function labelOf(ip: Ipv6): number {
  return LABELS.find(([cidr]) => cidrContains(cidr, ip))?.[1] ?? 1;
}
