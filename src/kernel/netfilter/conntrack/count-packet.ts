/** Counts a packet to its connection, by direction, from the IP header on (nf_ct_acct_update). ICMP errors count to none. */
import { packetBytes } from '../../../packet/packet-bytes.js';
import type { Passage } from '../contract.js';
import type { Connection } from './connection.js';

export function countPacket({ ct, ctReply, state, packet, uncounted }: Passage): void {
  const connection = ct as Connection | undefined;
  if (connection === undefined || state === 'RELATED' || uncounted === true) return;
  connection.counts ??= { originalPackets: 0, originalBytes: 0, replyPackets: 0, replyBytes: 0 };
  const bytes = packetBytes(packet);
  if (ctReply) {
    connection.counts.replyPackets++;
    connection.counts.replyBytes += bytes;
  } else {
    connection.counts.originalPackets++;
    connection.counts.originalBytes += bytes;
  }
}
