/** SCTP in tcpdump's text (print-sctp.c): each chunk with its fields; a space that tcpdump leaves at the end of the line is left out. */
import { OUT_STREAMS, type SctpChunk, type SctpPacket, streamsIn } from './sctp.js';

/** `sctp (1) [INIT] [init tag: 1] [rwnd: 106496] [OS: 10] [MIS: 65535] [init TSN: 1]` */
export function formatSctp({ chunks }: SctpPacket): string {
  return `sctp ${chunks.map((chunk, i) => `(${i + 1}) [${chunk.type}] ${fieldsOf(chunk)}`).join(', ')}`.trimEnd();
}

function fieldsOf({ type, initTag, tsn = 0, window = 0, ssn = 0 }: SctpChunk): string {
  switch (type) {
    case 'INIT':
    case 'INIT ACK':
      return `[init tag: ${initTag ?? 0}] [rwnd: ${window}] [OS: ${OUT_STREAMS}] [MIS: ${streamsIn(type)}] [init TSN: ${tsn}] `;
    case 'DATA':
      return `(B)(E) [TSN: ${tsn}] [SID: 0] [SSEQ ${ssn}] [PPID 0x0] `;
    case 'SACK':
      return `[cum ack ${tsn}] [a_rwnd ${window}] [#gap acks 0] [#dup tsns 0] `;
    default:
      return '';
  }
}
