/**
 * What a judge of one qualifier looks at, and what it says when the qualifier does not hold: expected and happened in plain words, where on
 * the path to stop showing, and what would have held instead. A judge returns undefined where the qualifier holds.
 */
import type { Outcome, RuleText, Trace } from '../../trace/trace.js';
import type { HopLine } from '../path-lines.js';
import type { ClaimWorld, Subject, Target } from '../world.js';

/** One outcome of one connection. */
export interface Sight {
  readonly subject: Subject;
  readonly target: Target;
  readonly trace: Trace;
  readonly outcome: Outcome;
  readonly world: ClaimWorld;
}

export interface Finding {
  readonly expected: string;
  readonly happened: string;
  /** Which way to show; the request unless given. */
  readonly leg?: 'request' | 'reply' | undefined;
  /** The path is shown up to the first line for which this holds; all of it where none does. */
  readonly stopAt?: ((line: HopLine) => boolean) | undefined;
  /** The rule that decided, where the outcome's own cause does not name it. */
  readonly rule?: { readonly node: string; readonly rule: RuleText } | undefined;
  /** What decided where no rule did, e.g. a route. */
  readonly reason?: string | undefined;
  /** A qualifier that would have held. */
  readonly nearest?: string | undefined;
}
