/**
 * What is kept of a claim that held: steps that follow (`it is SNATed to node2`, `the path is:`) speak of the same connections. Of connections that no
 * packet can tell apart one was walked; a step that could tell them apart, by a name or an address, has all of them walked.
 */
import type { Trace } from '../../trace/trace.js';
import type { TrafficClaim } from '../traffic-claim.js';
import type { Subject, Target } from '../world.js';

export interface Check {
  readonly subject: Subject;
  readonly target: Target;
  readonly trace: Trace;
}

/** With those that others are like. */
export function everyCheck({ whole, checks }: Judgement): readonly Check[] {
  return whole?.() ?? checks;
}

export interface Judgement {
  readonly claim: TrafficClaim;
  /** Every connection that was walked, by subject, then target. */
  readonly checks: readonly Check[];
  /** Everyone the sentence is about, walked or not. */
  readonly subjects: readonly Subject[];
  /** Walks those too that were left out because others are like them; undefined where none were. */
  readonly whole: (() => readonly Check[]) | undefined;
  readonly ok: true;
}
