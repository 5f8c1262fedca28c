/**
 * -m cluster: whether this node is the one that a hash of the connection's source chooses (net/netfilter/xt_cluster.c). The address is hashed as it
 * stands in the packet.
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
  const width = typeof ip === 'number' ? 4 : 16;
  const raw = BigInt.asUintN(width * 8, BigInt(ip));
  return Array.from({ length: width }, (_, i) => Number((raw >> BigInt((width - 1 - i) * 8)) & 255n));
}
