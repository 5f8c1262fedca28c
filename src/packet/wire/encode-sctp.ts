/**
 * SCTP's header and chunks (RFC 9260) with what Linux puts into them. The checksum is left 0, as taps see it where the card is to fill it in. A
 * cookie, and the bytes of a message, are zeros.
 */
import { OUT_STREAMS, SCTP_CHUNK_NUMBERS, type SctpChunk, type SctpPacket, streamsIn } from '../sctp.js';
import type { ByteWriter } from './byte-writer.js';

const PARAMETER = { cookie: 7, addressTypes: 12, ecn: 0x8000, forwardTsn: 0xc000 } as const;
const IPV4_ADDRESS = 5;
const WHOLE = 3;
const T_BIT = 1;
const INIT_TAIL = 8;

export function encodeSctp(out: ByteWriter, { sport, dport, tag, chunks, length }: SctpPacket): void {
  const end = out.length + 12 + length;
  out.u16(sport);
  out.u16(dport);
  out.u32(tag);
  out.u32(0);
  for (const [i, chunk] of chunks.entries()) {
    const last = i === chunks.length - 1;
    encodeChunk(out, chunk, chunkLength(chunk) ?? (last ? end - out.length : 4));
  }
  out.zeros(Math.max(0, end - out.length));
}

/** Its own, without the bytes that fill it up to four; undefined where it is what is left of the packet. */
function chunkLength({ type, bytes }: SctpChunk): number | undefined {
  if (type === 'SACK') return 16;
  if (type === 'SHUTDOWN') return 8;
  return type === 'DATA' && bytes !== undefined ? 16 + bytes : undefined;
}

function encodeChunk(out: ByteWriter, chunk: SctpChunk, length: number): void {
  const begin = out.length;
  const { type, initTag = 0, tsn = 0, window = 0, ssn = 0, reflected } = chunk;
  out.u8(SCTP_CHUNK_NUMBERS[type], type === 'DATA' ? WHOLE : reflected === true ? T_BIT : 0);
  out.u16(length);
  if (type === 'INIT' || type === 'INIT ACK') {
    out.u32(initTag);
    out.u32(window);
    out.u16(OUT_STREAMS);
    out.u16(streamsIn(type));
    out.u32(tsn);
    encodeParameters(out, type, begin + length);
  } else if (type === 'DATA') {
    out.u32(tsn);
    out.u32(ssn & 0xffff);
    out.u32(0);
  } else if (type === 'SACK') {
    out.u32(tsn);
    out.u32(window);
    out.u32(0);
  } else if (type === 'SHUTDOWN') out.u32(tsn);
  out.zeros(begin + ((length + 3) & ~3) - out.length);
}

function encodeParameters(out: ByteWriter, type: 'INIT' | 'INIT ACK', end: number): void {
  if (type === 'INIT') {
    out.u16(PARAMETER.addressTypes);
    out.u16(6);
    out.u16(IPV4_ADDRESS);
    out.u16(0);
  } else {
    const cookie = end - INIT_TAIL - out.length;
    out.u16(PARAMETER.cookie);
    out.u16(cookie);
    out.zeros(cookie - 4);
  }
  for (const parameter of [PARAMETER.ecn, PARAMETER.forwardTsn]) {
    out.u16(parameter);
    out.u16(4);
  }
}
