/**
 * A sentence about traffic, as data: who, whom, by which way, and what must be true of it. Spans are offsets into the sentence; they
 * carry the carets of every message. What a sentence means is decided in judge/, never here.
 */
import type { ObjectPhrase, RoutePhrase, Span, SubjectPhrase } from './phrase.js';

/** `can reach`, `cannot reach`, `can sometimes reach`. */
export type ReachMode = 'can' | 'cannot' | 'sometimes';

export interface TrafficClaim {
  readonly sentence: string;
  readonly subject: SubjectPhrase;
  readonly mode: ReachMode;
  /** Of the words `can reach`. */
  readonly modeSpan: Span;
  readonly object: ObjectPhrase;
  readonly objectSpan: Span;
  readonly route: RoutePhrase | undefined;
  readonly qualifiers: readonly Qualifier[];
}

/** Qualifiers that stand alone, about the last claim: `it is SNATed to node2`. */
export interface QualifierSentence {
  readonly sentence: string;
  readonly qualifiers: readonly Qualifier[];
}

/** `1000 connections from pod A to Service nginx are spread within 5% of even`. */
export interface SpreadClaim {
  readonly sentence: string;
  readonly connections: number;
  readonly subject: SubjectPhrase;
  readonly object: ObjectPhrase;
  readonly route: RoutePhrase | undefined;
  /** Percent of an endpoint's even share. */
  readonly tolerance: number;
  readonly toleranceSpan: Span;
}

/** An address in a qualifier: written out, or that of something with a name. */
export type PlacePhrase =
  | { readonly kind: 'socket'; readonly ip: string; readonly port: number | undefined; readonly span: Span }
  | ObjectPhrase;

export type EncapsulationName = 'VXLAN' | 'IPIP' | 'GRE' | 'Geneve' | 'WireGuard' | 'UDP';

export type Qualifier =
  | { readonly kind: 'snat'; readonly negated: boolean; readonly to: PlacePhrase | undefined; readonly span: Span }
  | { readonly kind: 'dnat'; readonly negated: boolean; readonly to: PlacePhrase | undefined; readonly span: Span }
  | { readonly kind: 'server-sees'; readonly address: PlacePhrase | 'own'; readonly span: Span }
  /** Undefined: there is none. */
  | { readonly kind: 'proxy-header'; readonly address: PlacePhrase | 'own' | undefined; readonly span: Span }
  | EncapsulatedQualifier
  | PassesQualifier
  | { readonly kind: 'stays-on'; readonly node: string; readonly span: Span }
  | { readonly kind: 'answered-on'; readonly node: string; readonly span: Span }
  | { readonly kind: 'spread-over'; readonly count: number; readonly span: Span }
  | { readonly kind: 'hops'; readonly count: number; readonly span: Span }
  | { readonly kind: 'path-mtu'; readonly mtu: number; readonly span: Span }
  | { readonly kind: 'mss'; readonly mss: number; readonly span: Span }
  | DroppedQualifier
  | { readonly kind: 'fate'; readonly verdict: 'refused' | 'timeout' | 'unreachable'; readonly span: Span }
  | { readonly kind: 'reply-through'; readonly node: string; readonly span: Span };

export interface EncapsulatedQualifier {
  readonly kind: 'encapsulated';
  readonly negated: boolean;
  readonly encapsulation: EncapsulationName | undefined;
  readonly between: readonly [string, string] | undefined;
  readonly span: Span;
}

export interface PassesQualifier {
  readonly kind: 'passes';
  readonly negated: boolean;
  /** With `*` for what does not matter. */
  readonly chain: string | undefined;
  readonly node: string | undefined;
  readonly span: Span;
}

export interface DroppedQualifier {
  readonly kind: 'dropped';
  readonly by: { readonly kind: string; readonly namespace: string | undefined; readonly name: string } | undefined;
  readonly node: string | undefined;
  /** A chain, or a hook by its chain's name; with `*` for what does not matter. */
  readonly chain: string | undefined;
  readonly span: Span;
}
