/**
 * The cluster as one scheduling cycle sees it (pkg/scheduler/backend/cache snapshot, framework NodeInfo): every node with the pods on it and the
 * sums of what they request. A pod that has just been given a node is assumed to be there, so that the next one sees it.
 */
import { isPodTerminal } from '../api/object/pod-state.js';
import type { Node, Pod, Quantities } from '../api/types/core.js';
import type { Labels } from '../api/types/meta.js';
import type { StoreView } from '../api/view.js';
import { amount, podRequests } from './resources.js';

export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  /** The kubelet gives every node its hostname label. */
  readonly labels: Labels;
  readonly allocatable: { readonly cpu: number; readonly memory: number; readonly pods: number; readonly all: Quantities };
  readonly pods: Pod[];
  readonly used: { cpu: number; memory: number; nonzeroCpu: number; nonzeroMemory: number; readonly others: Map<string, number> };
}

export interface Snapshot {
  readonly view: StoreView;
  /** In name order. */
  readonly nodes: readonly NodeInfo[];
  readonly byName: ReadonlyMap<string, NodeInfo>;
  /** Nodes with pods that have (anti-)affinity terms of their own. */
  readonly withAffinity: Set<NodeInfo>;
}

export function takeSnapshot(view: StoreView): Snapshot {
  const nodes = view.list('Node').map(nodeInfo);
  const snapshot: Snapshot = { view, nodes, byName: new Map(nodes.map((info) => [info.name, info])), withAffinity: new Set() };
  for (const pod of view.list('Pod')) {
    if (pod.spec.nodeName === undefined || isPodTerminal(pod)) continue;
    const info = snapshot.byName.get(pod.spec.nodeName);
    if (info !== undefined) assume(snapshot, info, pod);
  }
  return snapshot;
}

/** Puts the pod on the node. */
export function assume(snapshot: Snapshot, info: NodeInfo, pod: Pod): void {
  info.pods.push(pod);
  addRequests(info.used, pod);
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  if (podAffinity !== undefined || podAntiAffinity !== undefined) snapshot.withAffinity.add(info);
}

/** The same cluster with other pods on one node. */
export function withPods(snapshot: Snapshot, node: NodeInfo, pods: readonly Pod[]): Snapshot {
  const info = nodeInfo(node.node);
  const nodes = snapshot.nodes.map((one) => (one === node ? info : one));
  const withAffinity = new Set(snapshot.withAffinity);
  withAffinity.delete(node);
  const changed: Snapshot = { view: snapshot.view, nodes, byName: new Map(nodes.map((one) => [one.name, one])), withAffinity };
  for (const pod of pods) assume(changed, info, pod);
  return changed;
}

function addRequests(used: NodeInfo['used'], pod: Pod): void {
  const requests = podRequests(pod.spec);
  used.cpu += requests.cpu;
  used.memory += requests.memory;
  used.nonzeroCpu += requests.nonzeroCpu;
  used.nonzeroMemory += requests.nonzeroMemory;
  for (const [name, value] of requests.others ?? []) used.others.set(name, (used.others.get(name) ?? 0) + value);
}

function nodeInfo(node: Node): NodeInfo {
  const all = node.status?.allocatable ?? node.status?.capacity ?? {};
  const { name, labels } = node.metadata;
  return {
    node,
    name,
    labels: labels?.[HOSTNAME_LABEL] === undefined ? { ...labels, [HOSTNAME_LABEL]: name } : labels,
    allocatable: { cpu: amount(all, 'cpu'), memory: amount(all, 'memory'), pods: amount(all, 'pods'), all },
    pods: [],
    used: { cpu: 0, memory: 0, nonzeroCpu: 0, nonzeroMemory: 0, others: new Map() },
  };
}
