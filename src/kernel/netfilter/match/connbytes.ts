/**
 * -m connbytes: how much a connection has carried, the packet in hand included (net/netfilter/xt_connbytes.c). A namespace with such a rule counts
 * (nf_conntrack_acct); elsewhere the sysctl decides, and what is not counted never matches.
 */
import type { ExtensionMatch } from '../../../plan/rule/extension-match.js';
import type { ConnectionCounts } from '../conntrack/connection.js';
import { connectionOf, type Test } from '../evaluation.js';

type Connbytes = Extract<ExtensionMatch, { kind: 'connbytes' }>;

export function connbytesTest({ from, to = Number.POSITIVE_INFINITY, direction, mode, not }: Connbytes): Test {
  return ({ passage }) => {
    const counts = connectionOf(passage)?.counts;
    if (counts === undefined) return false;
    const value = valueOf(counts, direction, mode);
    return (value >= from && value <= to) !== not;
  };
}

export function valueOf(counts: ConnectionCounts, direction: Connbytes['direction'], mode: Connbytes['mode']): number {
  const { originalPackets, originalBytes, replyPackets, replyBytes } = counts;
  const packets = (direction === 'reply' ? 0 : originalPackets) + (direction === 'original' ? 0 : replyPackets);
  if (mode === 'packets') return packets;
  const bytes = (direction === 'reply' ? 0 : originalBytes) + (direction === 'original' ? 0 : replyBytes);
  if (mode === 'bytes') return bytes;
  return packets === 0 ? 0 : Math.floor(bytes / packets);
}
