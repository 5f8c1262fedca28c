/** Follows a walk rule by rule and notes what it looks at, until it ends or comes to a rule whose answer cannot be remembered; walk-memo.ts. */
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { RuleHit } from '../../../trace/event.js';
import type { Evaluation } from '../evaluation.js';
import type { CompiledChain, CompiledRule } from './compile-chain.js';
import { type Consulted, FIELD, of, together } from './consulted.js';
import type { Frame, WalkMemo } from './walk-memo.js';

export class WalkLearner {
  readonly #memo: WalkMemo;
  readonly #e: Evaluation;
  readonly #mark: number;
  /** By depth of jumps. */
  readonly #frames: Frame[] = [];
  readonly #hits: RuleHit[] = [];
  #fields = 0;
  #srcMask = 0;
  #dstMask = 0;
  #markAnd = -1;
  #markXor = 0;
  #rules = 0;
  /** What follows is not remembered. */
  closed = false;

  constructor(memo: WalkMemo, e: Evaluation) {
    this.#memo = memo;
    this.#e = e;
    this.#mark = e.passage.mark;
  }

  /** Which rules of a chain come into question is decided by what its index asks for. */
  enter(chain: CompiledChain): void {
    if (chain.index === undefined) return;
    this.#fields |= FIELD.proto | FIELD.dport;
    this.#dstMask = -1;
  }

  /** A rule is about to be compared with a packet. */
  look(rule: CompiledRule, packet: IpPacket, chain: CompiledChain, at: number, depth: number): void {
    this.#rules++;
    if (!this.#lookAtHeader(rule, packet)) return;
    const { fields, srcMask, dstMask } = (rule.consults.fields & FIELD.sets) === 0 ? rule.consults : this.#withSets(rule, packet);
    if ((fields & FIELD.other) !== 0 || !isPlain(rule)) {
      this.#frames.length = depth;
      this.#frames.push({ chain, next: at });
      return this.#close(undefined, this.#frames);
    }
    this.#fields |= fields;
    this.#srcMask |= srcMask;
    this.#dstMask |= dstMask;
  }

  /** As the namespace's own sets have it. */
  #withSets({ consults, matches }: CompiledRule, { l4 }: IpPacket): Consulted {
    const { sets } = this.#e.host;
    const asked = matches.flatMap((match) => (match.kind === 'set' ? [match] : []));
    const parts = asked.map(({ name, sides }) => sets?.consulted(name, sides, l4.kind !== 'icmp', this.#memo) ?? of(FIELD.other));
    return together([{ ...consults, fields: consults.fields & ~FIELD.sets }, ...parts]);
  }

  /** Whether it fits, and only as far as it must be looked at for that. */
  #lookAtHeader(rule: CompiledRule, packet: IpPacket): boolean {
    if (rule.proto !== 0) this.#fields |= FIELD.proto;
    if (rule.proto !== 0 && rule.proto !== packet.proto) return false;
    this.#dstMask |= rule.dstMask;
    if ((((packet.dst as number) ^ rule.dst) & rule.dstMask) !== 0) return false;
    this.#srcMask |= rule.srcMask;
    return (((packet.src as number) ^ rule.src) & rule.srcMask) === 0;
  }

  /** It held. */
  matched(rule: CompiledRule, chain: CompiledChain, at: number, depth: number): void {
    this.#hits.push(rule.hit);
    const { target } = rule;
    if (target?.kind === 'mark') {
      this.#markAnd &= ~target.mask;
      this.#markXor = (this.#markXor & ~target.mask) ^ target.value;
    } else if (rule.jump !== undefined) {
      this.#frames.length = depth;
      // Nothing comes back to a chain that was left by goto.
      this.#frames.push({ chain, next: rule.goto ? chain.rules.length : at + 1 });
    } else if (target !== undefined && target.kind !== 'return') this.#close(rule, []);
  }

  /** The walk fell out of the built-in chain. */
  end(): void {
    if (!this.closed) this.#close(undefined, []);
  }

  #close(final: CompiledRule | undefined, rest: readonly Frame[]): void {
    this.closed = true;
    const consulted = { fields: this.#fields, srcMask: this.#srcMask, dstMask: this.#dstMask };
    const course = { hits: this.#hits, markAnd: this.#markAnd, markXor: this.#markXor, final, rest };
    this.#memo.add(this.#e, { mark: this.#mark, rules: this.#rules }, consulted, course);
  }
}

/** Its target decides, translates, marks, jumps or does nothing. */
function isPlain({ target }: CompiledRule): boolean {
  switch (target?.kind) {
    case undefined:
    case 'accept':
    case 'drop':
    case 'return':
    case 'reject':
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
    case 'mark':
    case 'jump':
    case 'goto':
      return true;
    default:
      return false;
  }
}
