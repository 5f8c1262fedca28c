/**
 * One scenario's cluster: described, then made on first need, changed, and asked about its objects. What sentences about traffic
 * need beyond that is in spec.ts of the public API.
 */
import { inputError } from '../../base/errors.js';
import type { ManifestDocument } from '../../manifest/document.js';
import { readCluster } from '../../manifest/cluster/cluster-file.js';
import { openManifestPath, readManifestFiles, readManifestPath, readProjectFile } from '../../manifest/files.js';
import { NETNS } from '../../node/agent.js';
import { crash, drainNode, failNode, joinNode, loseOnLink, recoverNode, restoreLink, stopBeingReady } from '../faults.js';
import { findObject, wantedName } from '../lookup.js';
import { lagProxy } from '../lag-proxy.js';
import type { Simulation } from '../simulation.js';
import {
  DOC_STRING,
  type EnvironmentWording,
  type NodeLine,
  type ObjectWording,
  type PodWording,
  type Row,
  type SpecOptions,
} from '../spec-contract.js';
import { deleteObject, labelObject, podManifest, rollBack, scale, setImage } from './change-objects.js';
import type { Settings } from './cluster-draft.js';
import { expectEndpoints, expectEndpointTable } from './expect-endpoints.js';
import { expectVariable } from './expect-environment.js';
import { expectNodeLine } from './expect-node.js';
import {
  type ExpectContext,
  expectDifferentNodes,
  expectEvent,
  expectField,
  expectPending,
  expectReady,
  expectReadyReplicas,
  expectRestarts,
  expectRunsOn,
} from './expect-objects.js';
import { expectNeverBelow, expectNodeReady, within } from './expect-over-time.js';
import { GivenCluster, type Words } from './given-cluster.js';
import { KeptRefusal } from './kept-refusal.js';

const US_PER_SECOND = 1_000_000;

export class ClusterSteps {
  readonly options: SpecOptions;
  readonly #given: GivenCluster;
  readonly #refusal = new KeptRefusal();
  #namespace = 'default';

  constructor(options: SpecOptions) {
    this.options = options;
    this.#given = new GivenCluster(options);
  }

  /** The running cluster, made on first need. A refusal that was kept is thrown now. */
  get simulation(): Simulation {
    this.#refusal.throwKept();
    const { simulation } = this.#given;
    // What the steps before this one changed befell the connections that are open.
    simulation.connections.note();
    return simulation;
  }

  #give(words: Words, gives: (simulation: Simulation) => void): void {
    this.#refusal.throwKept();
    this.#given.give(words, gives);
  }

  clusterFromText(text: string): void {
    this.#given.describe(['cluster', text], (draft) => draft.describe(readCluster(text, DOC_STRING)));
  }

  clusterFromFile(path: string): void {
    const text = readProjectFile(path, this.options.root);
    this.#given.describe(['cluster', path, text], (draft) => draft.describe(readCluster(text, path)));
  }

  clusterWithNodes(count: number): void {
    this.#given.describe(['nodes', count], (draft) => draft.withNodes(count));
  }

  clusterWithTable(rows: readonly Row[]): void {
    this.#given.describe(['nodes', rows], (draft) => draft.withTable(rows));
  }

  cniIs(name: string, config?: Settings): void {
    this.#given.describe(['cni', name, config], (draft) => draft.cni(name, config));
  }

  kubeProxyRuns(mode: string, config?: Settings): void {
    this.#given.describe(['kube-proxy', mode, config], (draft) => draft.kubeProxy(mode, config));
  }

  namespace(name: string): void {
    this.#namespace = name;
    this.#give(['namespace', name], (simulation) => {
      simulation.namespace = name;
      const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      if (simulation.get('Namespace', undefined, name) === undefined) simulation.applyObjects([manifest], DOC_STRING);
    });
  }

  pod(pod: PodWording): void {
    this.#give(['pod', pod], (simulation) => {
      if (pod.node !== undefined) findObject(simulation.view(), 'Node', { namespace: undefined, name: pod.node }, 'default');
      simulation.applyObjects([podManifest(pod)], DOC_STRING);
    });
  }

  externalClient(name: string, ...addresses: readonly [string, ...string[]]): void {
    this.#give(['client', name, addresses], (simulation) => simulation.addExternal(name, ...addresses));
  }

  kubeProxyLags(node: string | undefined, seconds: number): void {
    if (this.#given.hasBegun) lagProxy(this.simulation, node, seconds * US_PER_SECOND);
    else this.#give(['lag', node, seconds], (simulation) => lagProxy(simulation, node, seconds * US_PER_SECOND));
  }

  timeIsManual(): void {
    this.#given.timeIsManual();
  }

  givenManifest(text: string): void {
    this.#give(['manifest', text], (simulation) => simulation.applyText(text, DOC_STRING));
  }

  givenManifestFiles(path: string): void {
    const files = openManifestPath(path, this.options.root);
    const isWhole = files.every(({ text }) => typeof text === 'string');
    let documents: readonly ManifestDocument[] | undefined;
    this.#give(isWhole ? ['manifests', path, files] : undefined, (simulation) =>
      simulation.applyDocuments((documents ??= readManifestFiles(files))),
    );
  }

  whenManifestApplied(text: string): void {
    const { simulation } = this;
    this.#refusal.during(() => simulation.applyText(text, DOC_STRING));
  }

  whenManifestFilesApplied(path: string): void {
    const { simulation } = this;
    this.#refusal.during(() => simulation.applyDocuments(readManifestPath(path, this.options.root)));
  }

  deleteObject(object: ObjectWording): void {
    deleteObject(this.simulation, this.#context(), object);
  }

  labelObject(object: ObjectWording, labels: Readonly<Record<string, string | null>>): void {
    labelObject(this.simulation, this.#context(), object, labels);
  }

  scale(object: ObjectWording, replicas: number): void {
    scale(this.simulation, this.#context(), object, replicas);
  }

  setImage(object: ObjectWording, image: string): void {
    setImage(this.simulation, this.#context(), object, image);
  }

  rollBack(object: ObjectWording): void {
    rollBack(this.simulation, this.#context(), object);
  }

  advance(seconds: number): void {
    if (seconds < 0) throw inputError('negative-time', 'time does not run backwards');
    this.simulation.settle();
    this.simulation.advance(seconds * US_PER_SECOND);
  }

  nodeFails(node: string): void {
    failNode(this.simulation, node);
  }

  nodeRecovers(node: string): void {
    recoverNode(this.simulation, node);
  }

  nodeIsDrained(node: string): void {
    drainNode(this.simulation, node);
  }

  nodeJoins(node: string): void {
    joinNode(this.simulation, node);
  }

  linkLoses(one: string, other: string, percent: number): void {
    loseOnLink(this.simulation, [one, other], percent);
  }

  linkRestored(one: string, other: string): void {
    restoreLink(this.simulation, [one, other]);
  }

  podStopsBeingReady(pod: string): void {
    stopBeingReady(this.simulation, wantedName(pod));
  }

  containerCrashes(pod: string, container?: string): void {
    crash(this.simulation, wantedName(pod), container);
  }

  refusedWith(message: string): void {
    this.#refusal.expect(message);
  }

  readyReplicas(object: ObjectWording, count: number, withinSeconds = 0): void {
    within(this.simulation, withinSeconds, () => expectReadyReplicas(this.#context(), object, count, withinSeconds));
  }

  neverBelow(object: ObjectWording, count: number): void {
    expectNeverBelow(this.simulation, this.#context(), object, count);
  }

  nodeIsReady(node: string, ready: boolean, withinSeconds: number): void {
    within(this.simulation, withinSeconds, () => expectNodeReady(this.#context(), node, ready, withinSeconds));
  }

  podsOnDifferentNodes(owner: ObjectWording): void {
    expectDifferentNodes(this.#context(), owner);
  }

  podRunsOn(pod: string, node: string): void {
    expectRunsOn(this.#context(), pod, node);
  }

  podIsPending(pod: string, because?: string): void {
    expectPending(this.#context(), pod, because);
  }

  podIsReady(pod: string, ready: boolean, withinSeconds = 0): void {
    within(this.simulation, withinSeconds, () => expectReady(this.#context(), pod, ready, withinSeconds));
  }

  podRestarts(pod: string, container: string | undefined): void {
    expectRestarts(this.#context(), pod, container);
  }

  environmentVariable(wording: EnvironmentWording, value: string | undefined): void {
    expectVariable(this.simulation, wording, value);
  }

  endpoints(service: string, pods: readonly string[]): void {
    expectEndpoints(this.#context(), service, pods);
  }

  endpointTable(service: string, rows: readonly Row[]): void {
    expectEndpointTable(this.#context(), service, rows);
  }

  field(object: ObjectWording, path: string, value: string): void {
    expectField(this.#context(), object, path, value);
  }

  event(reason: string, about: ObjectWording, says: string): void {
    expectEvent(this.#context(), reason, about, says);
  }

  nodeHas(node: string, what: NodeLine, text: string): void {
    const { view } = this.#context();
    const { name } = findObject(view, 'Node', { namespace: undefined, name: node }, 'default').metadata;
    const plan = this.simulation.clusterPlan().netns(NETNS.node(name));
    if (plan !== undefined) expectNodeLine(plan, node, what, text);
  }

  finish(): void {
    this.#refusal.throwKept();
  }

  release(): void {
    this.#given.release();
  }

  #context(): ExpectContext {
    return { view: this.simulation.view(), namespace: this.#namespace };
  }
}
