/**
 * The kubelets of all nodes, as one controller whose keys are node names: node status, and the pods bound to each node. A node with the
 * annotation `hopspec.dev/node-down-since` has a dead kubelet: nothing on it is started, stopped or reported until the annotation
 * goes; its containers then run on (the machine was cut off, not rebooted). Pods whose status.podIP was there before the
 * kubelet first saw them are left as they are. Left out: static pods, images, volumes, eviction.
 */
import type { Controller, ReconcileContext, StoreEvent, Write } from '../../api/controller.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { podsByNode } from '../../api/object/pod-indexes.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Node, Pod } from '../../api/types/core.js';
import { HostSockets } from './host-sockets.js';
import { isAtRest, newPodMemory, type PodMemory } from './memory.js';
import { nodeStatusWrites } from './node-status.js';
import { type Allocate, createNodeAddresses } from './pod-addresses.js';
import { refuse } from './pod-admission.js';
import { syncPod } from './pod-sync.js';

export interface KubeletOptions {
  /** The network plug-in's IPAM. */
  readonly allocate: Allocate;
}

export function createKubelet(options: KubeletOptions): Controller {
  const pods = podsByNode();
  const addresses = createNodeAddresses(options.allocate);
  const memories = new Map<string, PodMemory>();
  /** The next time each node's key is woken by the clock, so that it is not asked for twice. */
  const timers = new Map<string, number>();

  const memoryOf = (pod: Pod): PodMemory => {
    const uid = pod.metadata.uid ?? '';
    let memory = memories.get(uid);
    if (memory === undefined) memories.set(uid, (memory = newPodMemory(pod)));
    return memory;
  };

  const timer = (name: string, bound: readonly Pod[], nowUs: number): Write[] => {
    const due = bound.reduce((least, pod) => Math.min(least, memoryOf(pod).dueUs), Infinity);
    const set = timers.get(name);
    if (due === Infinity || (set !== undefined && set > nowUs && set <= due)) return [];
    timers.set(name, due);
    return [{ op: 'requeue', afterUs: Math.max(0, due - nowUs) }];
  };

  return {
    name: 'kubelet',
    watches: ['Node', 'Pod'],
    keys(event) {
      pods.observe(event);
      return event.object.kind === 'Node' ? keysOfNode(event) : keysOfPod(event, memories);
    },
    reconcile(name, context) {
      const node = context.view.get('Node', undefined, name);
      if (node === undefined || isDown(node)) return [];
      const bound = pods.get(context.view, name);
      let made: HostSockets | undefined;
      const hostSockets = (): HostSockets => (made ??= new HostSockets(node, bound));
      const turn = { context, hostSockets, nodeAddresses: internalAddresses(node), allocate: addresses(node, bound, context.view) };
      const writes = bound.flatMap((pod) => lookAt(pod, { ...turn, bound, memoryOf }));
      return [...nodeStatusWrites(node, context.nowText), ...writes, ...timer(name, bound, context.nowUs)];
    },
  };
}

interface NodeTurn {
  readonly context: ReconcileContext;
  readonly nodeAddresses: readonly string[];
  readonly allocate: (pod: Pod) => readonly string[];
  readonly bound: readonly Pod[];
  readonly memoryOf: (pod: Pod) => PodMemory;
  readonly hostSockets: () => HostSockets;
}

/** Nothing for a pod at rest; a new one is admitted first. */
function lookAt(pod: Pod, { context, nodeAddresses, allocate, bound, memoryOf, hostSockets }: NodeTurn): readonly Write[] {
  const memory = memoryOf(pod);
  if (isAtRest(memory, pod, context.nowUs)) return [];
  if (!memory.admitted && pod.metadata.deletionTimestamp === undefined) {
    if (isPodTerminal(pod)) return [];
    const admitted = bound.filter((other) => memoryOf(other).admitted);
    const refusal = refuse(pod, admitted);
    if (refusal.length > 0) return refusal;
    memory.admitted = true;
  }
  const writes = syncPod({ pod, memory, context, nodeAddresses, allocate: () => allocate(pod), hostSockets });
  memory.pod = pod;
  return writes;
}

function internalAddresses(node: Node): readonly string[] {
  return (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}

export function isDown(node: Node): boolean {
  return node.metadata.annotations?.[ANNOTATIONS.nodeDownSince] !== undefined;
}

function keysOfNode({ type, object }: StoreEvent): readonly string[] {
  return type === 'DELETED' ? [] : [object.metadata.name];
}

/** A status the kubelet wrote itself is no news to it. */
function keysOfPod({ type, object }: StoreEvent, memories: Map<string, PodMemory>): readonly string[] {
  const pod = object as Pod;
  const memory = memories.get(pod.metadata.uid ?? '');
  if (type === 'DELETED') memories.delete(pod.metadata.uid ?? '');
  if (pod.spec.nodeName === undefined) return [];
  if (type === 'MODIFIED' && memory?.written !== undefined && pod.status === memory.written && memory.pod?.spec === pod.spec) {
    const seen = memory.pod.metadata;
    if (seen.deletionTimestamp === pod.metadata.deletionTimestamp && seen.annotations === pod.metadata.annotations) return [];
  }
  return [pod.spec.nodeName];
}
