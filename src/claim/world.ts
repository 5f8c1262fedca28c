/**
 * What a claim asks of whoever holds the cluster. Names are resolved there (it knows pods, Services and nodes); traces
 * come from there too, so that a claim never knows who made them.
 */
import type { RulePlace } from '../trace/rule-place.js';
import type { Behind, RuleText, Trace } from '../trace/trace.js';
import type { ObjectPhrase, RoutePhrase, SubjectPhrase } from './phrase.js';

/** One sender that a subject phrase names. */
export interface Subject {
  /** Endpoint text, e.g. `pod/default/a`, `node/node1`, `external/laptop`. */
  readonly from: string;
  /** As a person would write it, e.g. `pod A`. */
  readonly label: string;
  /** The node it runs on; undefined outside the cluster. */
  readonly node: string | undefined;
}

/** One address that an object phrase, with its route, names for one subject. */
export interface Target {
  /** Endpoint text with its port, e.g. `nodeport/node2:30080`, `svc/default/web:80`, `pod/default/b:80`. */
  readonly to: string;
  readonly label: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP';
  /**
   * Who may answer for it to count as having reached the object, as endpoint texts (a Service's endpoints); undefined when whoever
   * holds the address may. A delivery to somebody else is not a pass.
   */
  readonly servers?: readonly string[] | undefined;
  /** Those of the servers that may be chosen for a new connection. */
  readonly chosen?: readonly string[] | undefined;
}

/** Connections made one after the other. */
export interface Series {
  /** How many each server can expect, by endpoint text. */
  readonly expected: ReadonlyMap<string, number>;
  /** The first that was not answered, counted from 1; the trace is of it alone. */
  readonly lost: { readonly number: number; readonly trace: Trace } | undefined;
}

export interface Why extends Behind {
  /** An earlier rule that asked for this one, e.g. by a mark: it is what the object is behind. */
  readonly asked?: RuleText | undefined;
}

export interface ClaimWorld {
  /** Every sender meant; InputError with the nearest name when nothing is. */
  subjects(phrase: SubjectPhrase): readonly Subject[];
  /** Every address meant for this subject; InputError when there is none. */
  targets(phrase: ObjectPhrase, route: RoutePhrase | undefined, subject: Subject): readonly Target[];
  trace(subject: Subject, target: Target): Trace;
  /**
   * Equal for endpoints that no packet can tell apart, the endpoint itself for others: exchanging two that are equal changes nothing but names. Who has
   * one of the addresses in `apart`, or is named there, is like nobody. Without it, every endpoint is taken for different.
   */
  likeness?(apart: readonly string[]): (endpoint: string) => string;
  /** Something that is another once the cluster has changed. */
  moment?(): unknown;
  /** All addresses of a node, pod, Service or external client named in a qualifier. */
  addresses(phrase: ObjectPhrase): readonly string[];
  /** Whose address this is, for messages: `node1 (cni0)`, `pod default/b`, or undefined. */
  owner(address: string): string | undefined;
  /** The namespace that an unqualified name in a path means; `default` unless given. */
  readonly namespace?: string | undefined;
  /** Which object or setting made a rule of a node exist, for rules that did not drop (a drop's cause says it itself). */
  why?(place: RulePlace, rule: RuleText): Why | undefined;
  /** Of an endpoint that does not answer any more: `which is no more`, `whose machine has failed`; undefined where neither is so. */
  gone?(endpoint: string): string | undefined;
  /** Node names, in order. */
  nodes(): readonly string[];
  /** One shell line that shows this trace again. */
  replay(subject: Subject, target: Target): string;
}
