/** What a rule's matches and targets see while a hook runs: one such object for each namespace, filled anew for each hook. */
import type { Hook, NatChange, RuleHit, TableName } from '../../trace/event.js';
import type { Passage, NetfilterCounters, NetfilterHost } from './contract.js';
import type { Connection } from './conntrack/connection.js';
import type { CompiledChain, CompiledRule } from './chain/compile-chain.js';
import type { RecentList } from './match/recent.js';
import type { Binding } from './nat/bind.js';

export interface Evaluation {
  passage: Passage;
  hook: Hook;
  table: TableName;
  inDevice: string | undefined;
  outDevice: string | undefined;
  record: boolean;
  /** Rules that matched; a list that walks have in common is not added to. */
  hits: readonly RuleHit[];
  hitsAreOwn: boolean;
  nat: NatChange[];
  /** The rule that is being looked at. */
  hit: RuleHit;
  /** Filled by the verdict that ends a hook. */
  decidedBy: RuleHit | undefined;
  /** It was for a queue that nobody reads, and went past it. */
  pastQueue?: boolean | undefined;
  rejectWith: string | undefined;
  readonly host: NetfilterHost;
  /** Stands for the namespace where something outlives it: compiled chains are shared, and must not hold whom they were last used by. */
  readonly owner: object;
  readonly counters: NetfilterCounters;
  /** State that rules keep in this namespace, by rule and by its match: counters of `statistic`, buckets of `limit`. */
  readonly ruleState: Map<RuleHit, MatchState>;
  /** Address lists of `recent`, by name. */
  readonly recent: Map<string, RecentList>;
  /** Buckets of `hashlimit`, by table and key. */
  readonly hashlimits: Map<string, Map<string, { creditUs: number; lastUs: number }>>;
  /** What rules and sets of nftables keep in this namespace, by whose it is. */
  readonly nftState: Map<object, unknown>;
  /** Where the rule's jump leads: the chain of that name in the table being run. */
  chain(rule: CompiledRule): CompiledChain;
  /** Makes a NAT binding for the packet's connection. */
  bind(binding: Binding): void;
}

const NO_HITS: readonly RuleHit[] = [];

export function forgetHits(e: Evaluation): void {
  e.hits = NO_HITS;
  e.hitsAreOwn = false;
}

export function addHit(e: Evaluation, hit: RuleHit): void {
  if (e.hitsAreOwn) (e.hits as RuleHit[]).push(hit);
  else {
    e.hits = e.hits.length === 0 ? [hit] : [...e.hits, hit];
    e.hitsAreOwn = true;
  }
}

/** Those of a walk that is known. */
export function addHits(e: Evaluation, hits: readonly RuleHit[]): void {
  if (hits.length === 0) return;
  e.hitsAreOwn = e.hits.length > 0;
  e.hits = e.hitsAreOwn ? e.hits.concat(hits) : hits;
}

/** Of one rule, by whichever of its matches keeps it: a rule may have several that count. */
export type MatchState = Map<object, unknown>;

export function matchState({ ruleState, hit }: Evaluation): MatchState {
  let state = ruleState.get(hit);
  if (state === undefined) ruleState.set(hit, (state = new Map()));
  return state;
}

export function connectionOf(passage: Passage): Connection | undefined {
  return passage.ct as Connection | undefined;
}

/** What a target, or a whole chain, says of a packet. */
export type RuleVerdict = 'continue' | 'return' | 'accept' | 'drop' | 'reject';

/** A match compiled to a test. */
export type Test = (evaluation: Evaluation) => boolean;

/** A target compiled to an action. */
export type Action = (evaluation: Evaluation) => RuleVerdict;
