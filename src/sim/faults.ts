/**
 * What befalls a running cluster: machines, the ways between them, pods. Each is written where a real fault would show first, and the control
 * plane finds out by itself: the node lifecycle controller misses a dead node's heartbeats, a kubelet sees its container end.
 */
import { inputError } from '../base/errors.js';
import { timestamp } from '../base/clock.js';
import { ANNOTATIONS } from '../api/object/annotations.js';
import { isPodTerminal } from '../api/object/pod-state.js';
import type { Node, Pod } from '../api/types/core.js';
import { completeNodes } from '../manifest/cluster/defaults.js';
import { crashContainer } from '../node/kubelet/crash.js';
import { isDown } from '../node/kubelet/kubelet.js';
import { nodeObject } from './bootstrap.js';
import { findObject, nodeAddresses, type WantedName } from './lookup.js';
import type { Simulation } from './simulation.js';

/** The machine stops: nothing on it sends, answers or reports. InputError when it is dead already. */
export function failNode(simulation: Simulation, name: string): void {
  const node = nodeOf(simulation, name);
  if (isDown(node)) throw inputError('node-is-down', `${node.metadata.name} has failed already`);
  annotate(simulation, node, timestamp(simulation.time.nowUs));
}

/** It goes on where it stopped, with the containers it had. */
export function recoverNode(simulation: Simulation, name: string): void {
  const node = nodeOf(simulation, name);
  if (!isDown(node)) throw inputError('node-is-up', `${node.metadata.name} has not failed`, { fix: 'let it fail first' });
  annotate(simulation, node, undefined);
}

/** As `kubectl drain --force --ignore-daemonsets` does: cordoned, and its pods deleted; a pod without a controller is gone. */
export function drainNode(simulation: Simulation, name: string): void {
  const { metadata } = nodeOf(simulation, name);
  simulation.store.patch<Node>({ kind: 'Node', name: metadata.name }, (node) => ({
    ...node,
    spec: { ...node.spec, unschedulable: true },
  }));
  for (const pod of simulation.store.view().list('Pod')) {
    if (pod.spec.nodeName !== metadata.name || isPodTerminal(pod) || isOfDaemonSet(pod)) continue;
    simulation.delete([{ kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name }]);
  }
}

/** A worker registers, with the next free address of the pattern that nodes have. */
export function joinNode(simulation: Simulation, name: string): void {
  const nodes = simulation.view().list('Node');
  if (nodes.some(({ metadata }) => metadata.name === name)) throw inputError('node-exists', `there is a node ${name} already`);
  const known = nodes.map((node) => ({ name: node.metadata.name, addresses: nodeAddresses(node) }));
  const joining = completeNodes([...known, { name }]).at(-1);
  if (joining !== undefined) simulation.store.create(nodeObject(joining));
}

/** `percent` of the packets between two nodes are lost, both ways; 0 for none, 100 for a link that is cut. */
export function loseOnLink(simulation: Simulation, ends: readonly [string, string], percent: number): void {
  if (percent < 0 || percent > 100) throw inputError('bad-loss', `a link loses between 0% and 100% of packets, not ${percent}%`);
  const [a, b] = ends.map((end) => nodeOf(simulation, end).metadata.name) as [string, string];
  if (a === b) throw inputError('one-node', `a link has two ends, and both are ${a}`);
  simulation.linkFaults.set(a, b, percent);
}

export function restoreLink(simulation: Simulation, ends: readonly [string, string]): void {
  const [a, b] = ends.map((end) => nodeOf(simulation, end).metadata.name) as [string, string];
  if (simulation.linkFaults.of(a, b) === 0) throw inputError('link-is-well', `the link between ${a} and ${b} loses nothing`);
  simulation.linkFaults.set(a, b, 0);
}

/** Its readiness fails from now on, whatever its probes say; it goes on listening. */
export function stopBeingReady(simulation: Simulation, pod: WantedName): void {
  const { metadata } = findObject(simulation.view(), 'Pod', pod, simulation.namespace);
  simulation.store.patch<Pod>({ kind: 'Pod', namespace: metadata.namespace, name: metadata.name }, (one) => ({
    ...one,
    metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [ANNOTATIONS.ready]: 'false' } },
  }));
}

/** The first container unless one is named. */
export function crash(simulation: Simulation, pod: WantedName, container?: string): void {
  const { metadata } = findObject(simulation.view(), 'Pod', pod, simulation.namespace);
  simulation.store.patch<Pod>({ kind: 'Pod', namespace: metadata.namespace, name: metadata.name }, (one) =>
    crashContainer(one, container, timestamp(simulation.time.nowUs)),
  );
}

function nodeOf(simulation: Simulation, name: string): Node {
  return findObject(simulation.view(), 'Node', { namespace: undefined, name }, simulation.namespace);
}

function annotate(simulation: Simulation, { metadata }: Node, downSince: string | undefined): void {
  simulation.store.patch<Node>({ kind: 'Node', name: metadata.name }, (node) => {
    const { [ANNOTATIONS.nodeDownSince]: _, ...annotations } = node.metadata.annotations ?? {};
    const next = downSince === undefined ? annotations : { ...annotations, [ANNOTATIONS.nodeDownSince]: downSince };
    return { ...node, metadata: { ...node.metadata, annotations: next } };
  });
}

function isOfDaemonSet({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind, controller }) => kind === 'DaemonSet' && controller === true) === true;
}
