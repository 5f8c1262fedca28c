/**
 * What the Gherkin bindings under `steps/` call: one Spec per scenario, one method per step, words already cut out of the sentence. Each
 * method runs at once and throws one of the errors of base/errors.ts; nothing is returned. The rules that hold for all of them:
 * - a cluster that no step described is one of three nodes, made on first need; describing it after it was needed is an InputError;
 * - text of a doc string is read as file `DOC_STRING`; the bindings move such positions into the feature file;
 * - before every assertion the cluster settles, unless `timeIsManual` was called;
 * - a refusal kept by `whenManifestApplied` is thrown by the next method that is not `refusedWith`, and by `finish`.
 */
import type { ClusterPool } from './spec/cluster-pool.js';
import type { RecordedTraces } from './trace-recorder.js';

export const DOC_STRING = 'doc string';

/** The sentence of a step, where a position is one into the step's own text. */
export const STEP_TEXT = 'step';

export interface SpecOptions {
  /** The project's root: paths in steps are relative to it and may not leave it. */
  readonly root: string;
  /** Overrides the cluster's seed. */
  readonly seed?: number | undefined;
  /** Who carries the packets of sentences about traffic; the simulation unless given. */
  readonly on?: 'sim' | 'lab' | 'both' | undefined;
  /** `file:line` of the scenario that runs, for the line that replays a failure. */
  readonly where?: (() => string | undefined) | undefined;
  /** A report will show the connections that sentences asked about: they are kept for `takeTraces`. */
  readonly keepsTraces?: boolean | undefined;
  /** Of all scenarios that may have their clusters from one another, where the same was given; each makes its own unless given. */
  readonly clusters?: ClusterPool | undefined;
}

/** A row of a table with a header, by column name; empty cells are left out. */
export type Row = Readonly<Record<string, string>>;

export interface PodWording {
  readonly name: string;
  readonly node?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `TCP 80` unless given; empty for `listening on nothing`. */
  readonly listen?: readonly { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly port: number }[] | undefined;
  readonly hostNetwork?: boolean | undefined;
}

export interface EnvironmentWording {
  readonly pod: string;
  readonly container?: string | undefined;
  readonly variable: string;
}

/** `Deployment web`, `pod shop/web-0`, `Service nginx`, `node node2` as written. */
export interface ObjectWording {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface Spec {
  // Given: the cluster
  clusterFromText(text: string): void;
  clusterFromFile(path: string): void;
  clusterWithNodes(count: number): void;
  clusterWithTable(rows: readonly Row[]): void;
  /** `config`: a doc string's YAML text, or a table's rows of two columns (dotted key, value). */
  cniIs(name: string, config?: string | Readonly<Record<string, string>>): void;
  kubeProxyRuns(mode: string, config?: string | Readonly<Record<string, string>>): void;
  namespace(name: string): void;
  pod(pod: PodWording): void;
  externalClient(name: string, ...addresses: readonly [string, ...string[]]): void;
  timeIsManual(): void;
  /** Of every node where none is named; 0 for one that catches up. What is Given is known to it. */
  kubeProxyLags(node: string | undefined, seconds: number): void;
  /** Refused ones throw. */
  givenManifest(text: string): void;
  givenManifestFiles(path: string): void;

  // When: changes
  /** A refusal is kept for `refusedWith`. */
  whenManifestApplied(text: string): void;
  whenManifestFilesApplied(path: string): void;
  deleteObject(object: ObjectWording): void;
  labelObject(object: ObjectWording, labels: Readonly<Record<string, string | null>>): void;
  scale(object: ObjectWording, replicas: number): void;
  setImage(object: ObjectWording, image: string): void;
  rollBack(object: ObjectWording): void;
  advance(seconds: number): void;
  nodeFails(node: string): void;
  nodeRecovers(node: string): void;
  nodeIsDrained(node: string): void;
  nodeJoins(node: string): void;
  /** Both ways; 100 percent for a link that is cut. */
  linkLoses(one: string, other: string, percent: number): void;
  linkRestored(one: string, other: string): void;
  podStopsBeingReady(pod: string): void;
  containerCrashes(pod: string, container?: string): void;

  // Then: traffic
  /** A whole sentence, e.g. `pod A can reach Service nginx via NodePort 30080 and is SNATed`. */
  claim(sentence: string): void;
  /** A qualifier as a sentence of its own about the last claim, e.g. `it is SNATed to node2`. */
  qualifier(sentence: string): void;
  /** e.g. `1000 connections from pod A to Service nginx are spread within 5% of even`. */
  spread(sentence: string): void;
  path(lines: readonly PathLine[], mode: 'gaps' | 'exactly', direction: 'request' | 'reply'): void;
  /** `place` is a node, `pod A` or `client laptop`; `device` one of its devices, or `any`. */
  startCapture(place: string, device: string): void;
  /** A connection that stays open, with one request on it, e.g. `pod A connects to Service nginx on port 80`. */
  connect(sentence: string): void;
  /** e.g. `that connection still works`: of those that `connect` opened last, or `the connection of pod A is reset`. */
  connectionIs(sentence: string): void;
  /** One more request is sent on it; `which` is `that connection`, or `the connection of pod A`. */
  connectionUsed(which: string): void;
  /** Lines as `tcpdump -n` prints them, with `*`. */
  captureShows(place: string, text: string, exactly: boolean): void;
  /** e.g. `pod A looks up "nginx"`: a look-up to be captured. */
  lookUp(sentence: string): void;
  /** `place` is a node or `pod A`; the text is the whole file, but for the order of options. */
  resolvConf(place: string, text: string): void;
  /** A whole sentence: `pod A resolves "nginx" to Service nginx`, `pod A does not resolve "nginx"`. */
  resolves(sentence: string): void;
  /** First row: an empty cell and the destinations; then a source and its cells. */
  connectivity(protocol: 'TCP' | 'UDP' | 'SCTP', port: number, table: readonly (readonly string[])[]): void;

  // Then: the control plane
  refusedWith(message: string): void;
  /** `withinSeconds`: time moves until it is so, at most so far. */
  readyReplicas(object: ObjectWording, count: number, withinSeconds?: number): void;
  /** From when it first had as many, over the whole scenario. */
  neverBelow(object: ObjectWording, count: number): void;
  nodeIsReady(node: string, ready: boolean, withinSeconds: number): void;
  podsOnDifferentNodes(owner: ObjectWording): void;
  podRunsOn(pod: string, node: string): void;
  /** Without a reason any will do. */
  podIsPending(pod: string, because?: string): void;
  podIsReady(pod: string, ready: boolean, withinSeconds?: number): void;
  podRestarts(pod: string, container: string | undefined): void;
  /** Of every container unless one is named; undefined: there is none of that name. */
  environmentVariable(wording: EnvironmentWording, value: string | undefined): void;
  /** Pod names as written, e.g. `nginx-a`; order does not matter; none means no endpoints. */
  endpoints(service: string, pods: readonly string[]): void;
  /** Columns: address, port, ready, node. */
  endpointTable(service: string, rows: readonly Row[]): void;
  /** `value` as written: JSON where it parses, else text. */
  field(object: ObjectWording, path: string, value: string): void;
  event(reason: string, about: ObjectWording, says: string): void;
  /** A line of the node's configuration, e.g. `iptables rule`, `-A KUBE-SERVICES …`. */
  nodeHas(node: string, what: NodeLine, text: string): void;

  /** The connections that were asked about since this was last called, as data for JSON; `error` is what the last method threw. */
  takeTraces(error?: unknown): RecordedTraces | undefined;
  /** The end of the scenario: throws a refusal that nobody expected. */
  finish(): void;
  /** However it ended: nothing is asked any more, and another scenario may have its cluster. */
  release(): void;
}

export interface PathLine {
  readonly where: string;
  readonly what: string;
}

export type NodeLine = 'iptables rule' | 'iptables chain' | 'ip6tables rule' | 'route' | 'neighbour' | 'fdb entry' | 'sysctl' | 'link';

export type CreateSpec = (options: SpecOptions) => Spec;
