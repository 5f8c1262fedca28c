/**
 * nftables' trace, event by event, as passages of packets through hooks: the rules that matched, in order, what the packet was before and
 * after, its mark and connection state. A passage begins in the first of the lab's own chains of the hook, and ends in the last; where it
 * does not, the packet was dropped by a rule or policy, or lost.
 */
import type { CtState, Hook, RuleHit } from '../../trace/event.js';
import { decodePacket } from './decode-frame.js';
import type { RawTraceEvent } from './raw-evidence.js';

const LAB_TABLE = 'hopspec_lab';
/** Bits of the conntrack state that nf_tables tells: 1 << IP_CT_… % IP_CT_NUMBER + 1. */
const STATES: readonly [number, CtState][] = [
  [1, 'INVALID'],
  [2, 'ESTABLISHED'],
  [4, 'RELATED'],
  [8, 'NEW'],
  [64, 'UNTRACKED'],
];
const REPLY = 1;

export interface HookRun {
  readonly ns: string;
  readonly hook: Hook;
  readonly stamp: number;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly before: PacketOf;
  after: PacketOf | undefined;
  readonly rules: RuleHit[];
  mark: number;
  state: CtState | undefined;
  isReply: boolean | undefined;
  verdict: 'accept' | 'drop' | 'reject' | 'lost';
}

type PacketOf = NonNullable<ReturnType<typeof decodePacket>>;

/** Of iptables, or of a table of nftables. */
function isReject({ table, text }: RuleHit): boolean {
  return table.includes(' ') ? /(^|[^"\w])reject\b/.test(text.replaceAll(/"[^"]*"/g, '')) : /-j REJECT\b/.test(text);
}

/** The position and text of a rule, by where it was loaded. */
export type FindRule = (ns: string, event: RawTraceEvent) => RuleHit | undefined;

export function hookRuns(events: readonly RawTraceEvent[], findRule: FindRule): readonly HookRun[] {
  const runs: HookRun[] = [];
  const open = new Map<string, HookRun>();
  for (const event of events) {
    const id = `${event.ns} ${event.id}`;
    if (event.table === LAB_TABLE) {
      const began = mark(event, open, id);
      if (began !== undefined) runs.push(began);
      continue;
    }
    const run = open.get(id);
    if (run !== undefined) note(run, event, findRule);
  }
  return runs;
}

/** An event in the lab's own chains: the run that it begins, if it does. */
function mark(event: RawTraceEvent, open: Map<string, HookRun>, id: string): HookRun | undefined {
  if (event.network === null) return undefined;
  const packet = headers(event);
  if (packet === undefined) return undefined;
  const [hook, end] = event.chain.split('_') as [Hook, 'first' | 'last'];
  if (end === 'last') {
    const run = open.get(id);
    open.delete(id);
    if (run?.hook === hook) finish(run, event, packet);
    return undefined;
  }
  const run = begin(event, hook, packet);
  open.set(id, run);
  return run;
}

function begin(event: RawTraceEvent, hook: Hook, before: PacketOf): HookRun {
  const { ns, stamp, iif, oif } = event;
  return {
    ns,
    hook,
    stamp,
    iif: iif ?? undefined,
    oif: oif ?? undefined,
    before,
    after: undefined,
    rules: [],
    mark: event.mark ?? 0,
    state: undefined,
    isReply: undefined,
    verdict: 'lost',
  };
}

function finish(run: HookRun, event: RawTraceEvent, after: PacketOf): void {
  noteState(run, event);
  run.after = after;
  run.verdict = 'accept';
}

function note(run: HookRun, event: RawTraceEvent, findRule: FindRule): void {
  noteState(run, event);
  // The first event of each base chain tells the headers, as the chains before it left them.
  if (event.network !== null) run.after = headers(event) ?? run.after;
  const isPolicy = event.type === 'policy';
  // The end of a chain is told without a rule; Linux 6.1 tells of a rule that returns as of such an end, but with its handle.
  if (isPolicy ? event.verdict !== 'drop' : event.handle === null) return;
  const hit = findRule(run.ns, event);
  if (hit !== undefined) run.rules.push(hit);
  // What is queued for nobody is dropped, unless the rule lets it pass and more events follow.
  if (event.verdict === 'drop' || event.verdict === 'queue') run.verdict = hit !== undefined && isReject(hit) ? 'reject' : 'drop';
}

function noteState(run: HookRun, event: RawTraceEvent): void {
  run.mark = event.mark ?? 0;
  const { ct } = event;
  if (ct === null) return;
  const state = STATES.find(([bit]) => (ct.state ?? 0) & bit);
  if (state !== undefined) run.state = state[1];
  if (ct.direction !== null) run.isReply = ct.direction === REPLY;
}

function headers(event: RawTraceEvent): PacketOf | undefined {
  return decodePacket(Buffer.from(`${event.network ?? ''}${event.transport ?? ''}`, 'hex'));
}
