/**
 * What a simulated kernel offers: it takes its namespaces from a PlanSource when a packet first reaches them, runs one
 * flow at a time to its end, and says what came of it. It has never heard of Kubernetes.
 */
import type { ChoiceOracle } from '../base/choice.js';
import type { Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import type { ConntrackFilter } from '../plan/conntrack-args.js';
import type { Payload } from '../packet/payload.js';
import type { PlanSource, ProbeProtocol } from '../plan/plan.js';
import type { FlowRecord } from '../trace/flow-record.js';

export interface Probe {
  readonly netns: string;
  readonly proto: ProbeProtocol;
  readonly dst: Ip;
  /** Undefined for ICMP echo. */
  readonly dport: number | undefined;
  readonly src?: Ip | undefined;
  readonly sport?: number | undefined;
  readonly mark?: number | undefined;
  /** How long the client waits; 3 s unless given. */
  readonly timeoutMs?: number | undefined;
  /** Bytes that the client sends; 1 unless given, 56 in an echo. TCP sends no more of them than one segment takes. */
  readonly payload?: number | undefined;
  /** Of the process that holds the socket; 0 unless given. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** IP_MTU_DISCOVER: true sends whole packets with DF alone, false none with it. */
  readonly df?: boolean | undefined;
  /** SO_BROADCAST. */
  readonly broadcast?: boolean | undefined;
  readonly tos?: number | undefined;
  readonly ttl?: number | undefined;
  /** The name of the device that the socket is bound to. */
  readonly device?: string | undefined;
  /** How far it is followed; `conversation` unless given. */
  readonly extent?: Extent | undefined;
  /** What the two ends say to each other, where it means something. */
  readonly exchange?: Exchange | undefined;
  /** With it TCP is followed whole: retransmission, acknowledgements, closing. */
  readonly story?: Story | undefined;
}

/** A request and its answer, as UDP carries them. */
export interface Exchange {
  readonly request: Payload;
  /** What a listener says, by its id. */
  readonly answer: (listener: string) => Payload;
}

/** The probe's part in a longer story. */
export interface Story {
  /** Names the socket: one of that name that was kept is used again. */
  readonly socket: string;
  /** It stays open, and TCP's server keeps the connection. */
  readonly keep: boolean;
  /** Instead of sending, the used socket is closed. */
  readonly close?: 'fin' | 'reset' | undefined;
}

/**
 * `conversation`: until the client has its data. `answer`: the first packet and the answer to it. `packet`: until a socket takes the first
 * packet, which answers nothing, or the client hears what became of it.
 */
export type Extent = 'conversation' | 'answer' | 'packet';

export interface NetworkCounters {
  /** Namespaces built from a plan so far. */
  namespacesBuilt: number;
  packets: number;
  routeLookups: number;
  arpExchanges: number;
  /** Flows of which the rest was known from one before; what they would have done is not counted. */
  flowsRecalled: number;
  ruleCompares: number;
  walksRecalled: number;
  indexLookups: number;
  conntrackLookups: number;
}

/** `opening`: the first packet and the answer to it, and of later packets only what stopped them. */
export type RecordMode = boolean | 'opening';

export interface SimulatedNetwork {
  /**
   * Runs one flow: for TCP the handshake (SYN, SYN-ACK, ACK) and a byte each way; for UDP a datagram and its answer; for ICMP an
   * echo. State of earlier flows stands: connections, neighbours, fdb.
   */
  probe(probe: Probe, oracle: ChoiceOracle, record: RecordMode): FlowRecord;
  /**
   * Forgets what flows left behind: connections, sockets, failed neighbours, rule counters; virtual time starts again. What cannot change an
   * answer stays warm: built namespaces, compiled rules, resolved neighbours, learned fdb entries.
   */
  reset(): void;
  /** Time passes: kept connections send again what nobody acknowledged. */
  pass(us: number): void;
  /** The process of a listener ends: its sockets are closed. */
  stop(listener: string): void;
  /** Listeners at which kept flows have connections. */
  serving(): readonly string[];
  /** The process of a listener ends, and another may listen in its place: its connections are closed. */
  hangUp(listener: string): void;
  /** Another plan from now on; what namespaces of both plans know stays: connections, sockets, neighbours, learned fdb entries. */
  replacePlan(source: PlanSource): void;
  /** Another plan from now on, and nothing known of what was: as a new network of that plan, but quicker where the plans agree. */
  renew(source: PlanSource): void;
  /** Deletes a namespace's connections, those that match or all; says how many. */
  deleteConnections(netns: string, filter?: ConntrackFilter): number;
  /** As `conntrack -L` prints them, IPv4 first, sorted. */
  connections(netns: string): readonly string[];
  /** The link address of a device; 0 where it has none, or is not there. */
  macOf(netns: string, device: string): Mac;
  readonly counters: NetworkCounters;
}
