/**
 * -m cluster: whether this node is the one that a hash of the connection's source chooses (net/netfilter/xt_cluster.c). The address is hashed as it
 * stands in the packet, of IPv6 its first four bytes alone (NF_CT_TUPLE_L3SIZE counts words).
 */
import type { Ip } from '../../../base/ip.js';
import type { ExtensionMatch } from '../../../plan/rule/extension-match.js';
import { jhash } from '../../nft/jhash.js';
import { connectionOf, type Test } from '../evaluation.js';

export function clusterTest({ nodes, nodeMask, seed, not }: Extract<ExtensionMatch, { kind: 'cluster' }>): Test {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection === undefined) return false;
    const hash = jhash(bytesOf(connection.original.src), seed) >>> 0;
    const node = Number((BigInt(hash) * BigInt(nodes)) >> 32n);
    return (((nodeMask >>> node) & 1) === 1) !== not;
  };
}

function bytesOf(ip: Ip): number[] {
  const word = typeof ip === 'number' ? ip : Number(ip >> 96n);
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff);
}
