/** SCTP's common header and its chunks (RFC 9260) from wire bytes; a chunk type of an extension makes the packet unknown. */
import { SCTP_CHUNK_NUMBERS, type SctpChunk, type SctpChunkType, type SctpPacket } from '../../packet/sctp.js';
import { u16, u32, u8, viewOf } from './wire.js';

const TYPES: ReadonlyMap<number, SctpChunkType> = new Map(
  Object.entries(SCTP_CHUNK_NUMBERS).map(([type, number]) => [number, type as SctpChunkType]),
);
const HEADER_BYTES = 12;
const CHUNK_BYTES = 4;
/** No association at the other end: the verification tag is the receiver's own. */
const T_BIT = 1;

export function decodeSctp(bytes: Uint8Array, length: number): SctpPacket | undefined {
  const view = viewOf(bytes);
  const chunks: SctpChunk[] = [];
  for (let at = HEADER_BYTES; at + CHUNK_BYTES <= Math.min(length, view.byteLength); ) {
    const chunk = decodeChunk(view, at);
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
    at += Math.max(CHUNK_BYTES, (u16(view, at + 2) + 3) & ~3);
  }
  return { kind: 'sctp', sport: u16(view, 0), dport: u16(view, 2), tag: u32(view, 4) >>> 0, chunks, length: length - HEADER_BYTES };
}

function decodeChunk(view: DataView, at: number): SctpChunk | undefined {
  const number = u8(view, at);
  const type = TYPES.get(number);
  if (type === undefined) return undefined;
  if (type === 'INIT' || type === 'INIT ACK') return { type, initTag: u32(view, at + 4) >>> 0 };
  const without = type === 'ABORT' || type === 'SHUTDOWN COMPLETE';
  return without && (u8(view, at + 1) & T_BIT) !== 0 ? { type, reflected: true } : { type };
}
