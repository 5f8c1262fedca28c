/**
 * -m hashlimit: a bucket of credit for each address, port, or both (net/netfilter/xt_hashlimit.c). Rules that name one table share its buckets, and
 * the settings of the rule that the kernel saw first. A bucket that has not been touched for its time is forgotten, and a full table drops.
 */
import { addressBits, networkOf } from '../../../base/cidr.js';
import { unsupported } from '../../../base/errors.js';
import type { Ip } from '../../../base/ip.js';
import type { HashlimitMatch } from '../../../plan/rule/extension-match.js';
import type { Evaluation, Test } from '../evaluation.js';

interface Bucket {
  creditUs: number;
  lastUs: number;
}

/** By key. */
type Buckets = Map<string, Bucket>;

const US = 1_000_000;

export function hashlimitTest(match: HashlimitMatch): Test {
  const costUs = Math.floor((match.perSeconds * US) / match.packets);
  const fullUs = costUs * match.burst;
  const expireUs = (match.expire ?? match.perSeconds * 1000) * 1000;
  return (e) => {
    const buckets = bucketsOf(e, match.name);
    const key = keyOf(e, match);
    const nowUs = e.host.nowUs();
    const known = buckets.get(key);
    const alive = known !== undefined && nowUs - known.lastUs < expireUs;
    const creditUs = alive ? Math.min(fullUs, known.creditUs + nowUs - known.lastUs) : fullUs;
    const holds = creditUs >= costUs;
    buckets.set(key, { creditUs: holds ? creditUs - costUs : creditUs, lastUs: nowUs });
    return holds !== match.above;
  };
}

function bucketsOf({ hashlimits }: Evaluation, name: string): Buckets {
  let buckets = hashlimits.get(name);
  if (buckets === undefined) hashlimits.set(name, (buckets = new Map()));
  return buckets;
}

function keyOf({ passage: { packet }, hit }: Evaluation, { modes, sourceLength, destinationLength }: HashlimitMatch): string {
  const { l4 } = packet;
  if (l4.kind === 'part' && modes.some((mode) => mode.endsWith('port')))
    throw unsupported('hashlimit-fragment', `-m hashlimit: what it takes for ports of a fragment is not modelled: ${hit.text}`);
  const parts = modes.map((mode): Ip => {
    switch (mode) {
      case 'srcip':
        return masked(packet.src, sourceLength);
      case 'dstip':
        return masked(packet.dst, destinationLength);
      case 'srcport':
        return l4.kind === 'icmp' ? 0 : l4.sport;
      case 'dstport':
        return l4.kind === 'icmp' ? 0 : l4.dport;
    }
  });
  return parts.join(' ');
}

function masked(ip: Ip, length: number | undefined): Ip {
  return length === undefined ? ip : networkOf(ip, Math.min(length, addressBits(ip)));
}
