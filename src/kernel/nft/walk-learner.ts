/**
 * Follows a walk of a base chain of nftables and notes what it looks at, until it ends or comes to a rule whose answer cannot be remembered;
 * netfilter/chain/walk-memo.ts. The walk goes on from that rule's beginning.
 */
import type { RuleHit } from '../../trace/event.js';
import { type Consulted, FIELD } from '../netfilter/chain/consulted.js';
import type { WalkMemo } from '../netfilter/chain/walk-memo.js';
import type { Evaluation, RuleVerdict } from '../netfilter/evaluation.js';
import type { CompiledNftChain, CompiledNftRule } from './compile-chain.js';
import type { Operation, Outcome } from './outcome.js';

/** Where a walk goes on: the chains it is in, outermost first, each with the next rule. */
export interface NftFrame {
  readonly chain: CompiledNftChain;
  readonly next: number;
}

/** How far a walk is known. */
export interface NftCourse {
  /** Rules that matched. */
  readonly hits: readonly RuleHit[];
  /** The mark that they left; undefined where none set it. */
  readonly mark: number | undefined;
  readonly verdict: RuleVerdict;
  /** The rule that dropped. */
  readonly decidedBy: RuleHit | undefined;
  /** Empty when the walk is over. */
  readonly rest: readonly NftFrame[];
}

export class NftWalkLearner {
  readonly #memo: WalkMemo<NftCourse>;
  readonly #e: Evaluation;
  readonly #mark: number;
  /** Of the chains that the walk is in, but the last. */
  readonly #frames: NftFrame[] = [];
  readonly #hits: RuleHit[] = [];
  #fields = 0;
  #srcMask = 0;
  #dstMask = 0;
  #rules = 0;
  #marked = false;
  /** What follows is not remembered. */
  closed = false;

  constructor(memo: WalkMemo<NftCourse>, e: Evaluation) {
    this.#memo = memo;
    this.#e = e;
    this.#mark = e.passage.mark;
  }

  /** Does what a rule does, statement by statement; closes, with nothing done, before a rule that cannot be remembered. */
  run(rule: CompiledNftRule, frame: NftFrame, depth: number): Outcome | 'closed' {
    const { operations, consults, markAt } = rule;
    this.#rules++;
    for (let i = 0; i < operations.length; i++) {
      const looked = consults[i] as Consulted;
      if ((looked.fields & FIELD.other) !== 0) return this.#stop(frame, depth);
      this.#fields |= looked.fields;
      this.#srcMask |= looked.srcMask;
      this.#dstMask |= looked.dstMask;
      const outcome = (operations[i] as Operation)(this.#e);
      if (i === markAt && outcome === undefined) this.#marked = true;
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  matched({ hit }: CompiledNftRule): void {
    this.#hits.push(hit);
  }

  /** Into a chain; `next` is where its caller goes on. */
  enter(frame: NftFrame, depth: number): void {
    this.#frames.length = depth - 1;
    this.#frames.push(frame);
  }

  end(verdict: RuleVerdict, decidedBy: RuleHit | undefined): void {
    if (!this.closed) this.#close(verdict, decidedBy, []);
  }

  #stop(frame: NftFrame, depth: number): 'closed' {
    this.#frames.length = depth - 1;
    this.#close('continue', undefined, [...this.#frames, frame]);
    return 'closed';
  }

  #close(verdict: RuleVerdict, decidedBy: RuleHit | undefined, rest: readonly NftFrame[]): void {
    this.closed = true;
    const consulted = { fields: this.#fields, srcMask: this.#srcMask, dstMask: this.#dstMask };
    const mark = this.#marked ? this.#e.passage.mark : undefined;
    const course: NftCourse = { hits: this.#hits, mark, verdict, decidedBy, rest };
    this.#memo.add(this.#e, { mark: this.#mark, rules: this.#rules }, consulted, course);
  }
}
