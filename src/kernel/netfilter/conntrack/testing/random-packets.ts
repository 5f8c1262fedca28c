/** Random scripts of TCP segments: mostly a conversation as it could be, with numbers, windows and flags that are off now and then. */
import type { Rng } from '../../../../base/rng.js';

interface End {
  seq: number;
  next: number;
  window: number;
}

const FLAGS = ['S', 'S.', '.', '.', '.', 'P.', 'P.', 'F.', 'F.', 'R', 'R.', 'FP.', 'F', 'none', 'SF'];
const LENGTHS = [0, 0, 0, 1, 10, 100, 1000];
const WINDOWS = [0, 1, 100, 8192, 8192, 65535];

export function randomScript(rng: Rng, length: number): string[] {
  const pick = <T>(list: readonly T[]): T => list[rng.below(list.length)] as T;
  const ends: [End, End] = [
    { seq: start(rng), next: 0, window: 8192 },
    { seq: start(rng), next: 0, window: 8192 },
  ];
  for (const end of ends) end.next = end.seq;
  const usual = pick([0, 1, 2, 3]);
  const script: string[] = [];
  for (let i = 0; i < length; i++) {
    const planned = usual === 0 ? undefined : PLAN[i];
    const strict = planned !== undefined && rng.below(10) > 0;
    const back = strict ? planned.startsWith('<') : rng.below(2) === 1;
    const flags = strict ? planned.slice(1) : pick(FLAGS);
    const [own, other] = back ? [ends[1], ends[0]] : ends;
    const off = strict ? 0 : rng.below(4) === 0 ? pick([1, -1, 100, -100, 9000, -9000, 70_000, -70_000, 1 << 30]) : 0;
    const ackOff = strict ? 0 : rng.below(4) === 0 ? pick([1, -1, 100, -100, 9000, -9000, 70_000, -70_000, 1 << 30]) : 0;
    const seq = (rng.below(30) === 0 ? 0 : (flags.startsWith('S') ? own.seq : own.next) + off) >>> 0;
    const ack = flags.includes('.') ? (rng.below(30) === 0 ? 0 : other.next + ackOff) >>> 0 : 0;
    const data = flags.startsWith('S') || flags.startsWith('R') ? 0 : pick(LENGTHS);
    const window = strict && i < 3 ? 8192 : pick(WINDOWS);
    const parts = [
      `${back ? '<' : '>'}${flags} seq ${seq}`,
      ...(ack > 0 ? [`ack ${ack}`] : []),
      ...(data > 0 ? [`len ${data}`] : []),
      `win ${window}`,
    ];
    if (flags.startsWith('S') && rng.below(2) === 0) parts.push(`scale ${pick([0, 2, 7, 10, 14])}`);
    if (flags.startsWith('S') && rng.below(2) === 0) parts.push('sackok');
    else if (flags === '.' && rng.below(6) === 0) parts.push(`sack ${(ack + pick([10, 1000, 60_000])) >>> 0}`);
    script.push(parts.join(' '));
    const span = data + (/[SF]/.test(flags) ? 1 : 0);
    if (off === 0) own.next = (seq + span) >>> 0;
  }
  return script;
}

/** A conversation that opens, says something and closes. */
const PLAN: readonly string[] = ['>S', '<S.', '>.', '>P.', '<.', '<P.', '>.', '>F.', '<.', '<F.', '>.', '>S', '<S.', '>.'];

/** Near the wrap, too. */
function start(rng: Rng): number {
  return [1000, 0xfffffff0, 0x7ffffff0, 1_000_000][rng.below(4)] as number;
}

const CHUNKS =
  'DATA INIT INIT_ACK SACK HB_REQ HB_ACK ABORT ABORT* SHUTDOWN SHUTDOWN_ACK OP_ERR COOKIE_ECHO COOKIE_ACK SHUTDOWN_COMPLETE'.split(' ');
/** An association that opens, says something and closes. */
const ASSOCIATION: readonly string[] = [
  ...['>INIT', '<INIT_ACK', '>COOKIE_ECHO', '<COOKIE_ACK', '>DATA', '<SACK'],
  ...['>HB_REQ', '<HB_ACK', '>SHUTDOWN', '<SHUTDOWN_ACK', '>SHUTDOWN_COMPLETE'],
];

/** The same for SCTP: chunks and verification tags. */
export function randomSctpScript(rng: Rng, length: number): string[] {
  const pick = <T>(list: readonly T[]): T => list[rng.below(list.length)] as T;
  const tags = [101, 202];
  const planned = rng.below(4) > 0;
  return Array.from({ length }, (_, i) => {
    const plan = planned ? ASSOCIATION[i] : undefined;
    const strict = plan !== undefined && rng.below(10) > 0;
    const back = strict ? plan.startsWith('<') : rng.below(2) === 1;
    const chunk = strict ? plan.slice(1) : pick(CHUNKS);
    const more = !strict && rng.below(6) === 0 ? `+${pick(CHUNKS)}` : '';
    const own = (back ? tags[1] : tags[0]) as number;
    const other = (back ? tags[0] : tags[1]) as number;
    const right = chunk === 'INIT' ? 0 : chunk.endsWith('*') ? own : other;
    const tag = strict || rng.below(4) > 0 ? right : pick([0, own, other, 303]);
    return `${back ? '<' : '>'}sctp ${chunk}${more} tag ${tag}${chunk.startsWith('INIT') ? ` init ${rng.below(8) === 0 ? 303 : own}` : ''}`;
  });
}
