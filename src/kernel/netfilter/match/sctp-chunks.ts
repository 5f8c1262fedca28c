/**
 * --chunk-types of -m sctp: all, any, or none but those of a list (match_packet of net/netfilter/xt_sctp.c). Data is whole: its flags say that it begins and
 * ends here.
 */
import { SCTP_CHUNK_NUMBERS, type SctpChunk as Sent } from '../../../packet/sctp.js';
import type { ExtensionMatch, SctpChunk } from '../../../plan/rule/extension-match.js';
import type { Test } from '../evaluation.js';

/** The first and the last fragment. */
const WHOLE = 3;

type Chunks = Extract<ExtensionMatch, { kind: 'sctp-chunks' }>;

/** Undefined chunks are all that there are. */
export function sctpChunksTest({ how, chunks, not }: Chunks): Test {
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    return l4.kind === 'sctp' && holds(l4.chunks, how, chunks) !== not;
  };
}

function holds(sent: readonly Sent[], how: Chunks['how'], chunks: readonly SctpChunk[] | undefined): boolean {
  const named = (one: Sent): boolean => chunks === undefined || chunks.some((chunk) => isSuch(one, chunk));
  if (how === 'any') return sent.some(named);
  if (how === 'only') return sent.every(named);
  return chunks !== undefined && chunks.every((chunk) => sent.some((one) => isSuch(one, chunk)));
}

function isSuch(sent: Sent, { type, flags, flagMask }: SctpChunk): boolean {
  return SCTP_CHUNK_NUMBERS[sent.type] === type && (flagsOf(sent) & flagMask) === flags;
}

function flagsOf({ type, reflected }: Sent): number {
  return type === 'DATA' ? WHOLE : reflected === true ? 1 : 0;
}
