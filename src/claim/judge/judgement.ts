/** What is kept of a claim that held: steps that follow (`it is SNATed to node2`, `the path is:`) speak of the same connections. */
import type { Trace } from '../../trace/trace.js';
import type { TrafficClaim } from '../traffic-claim.js';
import type { Subject, Target } from '../world.js';

export interface Check {
  readonly subject: Subject;
  readonly target: Target;
  readonly trace: Trace;
}

export interface Judgement {
  readonly claim: TrafficClaim;
  /** Every connection that the sentence speaks of, by subject, then target. */
  readonly checks: readonly Check[];
  readonly ok: true;
}
