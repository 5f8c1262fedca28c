/**
 * The kubelets of all nodes, as one controller whose keys are node names: node status, and the pods bound to each node. A node with the
 * annotation `hopspec.dev/node-down-since` has a dead kubelet: nothing on it is started, stopped or reported until the annotation
 * goes; its containers then run on (the machine was cut off, not rebooted). Pods whose status.podIP was there before the
 * kubelet first saw them are left as they are. Left out: static pods, images, volumes, eviction.
 */
import type { Controller, ReconcileContext, StoreEvent, Write } from '../../api/controller.js';
import { unsupported } from '../../base/errors.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { podsByNode } from '../../api/object/pod-indexes.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Node, Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { isAtRest, newPodMemory, type PodMemory } from './memory.js';
import { nodeStatusWrites } from './node-status.js';
import { refuse } from './pod-admission.js';
import { syncPod } from './pod-sync.js';

export interface AddressRequest {
  readonly node: Node;
  readonly pod: Pod;
  readonly view: StoreView;
  /** Addresses of the node's pods, those given in this very reconcile too. */
  readonly taken: ReadonlySet<string>;
  /** The address given last on this node, as IPAM keeps it on disk. */
  readonly last: string | undefined;
}

export interface KubeletOptions {
  /** The network plug-in's IPAM: one address, or one per family; undefined when there is none to give. */
  allocate(request: AddressRequest): string | readonly string[] | undefined;
}

export function createKubelet(options: KubeletOptions): Controller {
  const pods = podsByNode();
  const memories = new Map<string, PodMemory>();
  const lastAddress = new Map<string, string>();
  /** The next time each node's key is woken by the clock, so that it is not asked for twice. */
  const timers = new Map<string, number>();

  const memoryOf = (pod: Pod): PodMemory => {
    const uid = pod.metadata.uid ?? '';
    let memory = memories.get(uid);
    if (memory === undefined) memories.set(uid, (memory = newPodMemory(pod)));
    return memory;
  };

  const syncPods = (node: Node, bound: readonly Pod[], context: ReconcileContext): Write[] => {
    const writes: Write[] = [];
    const nodeAddresses = (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
    let taken: Set<string> | undefined;
    const allocate = (pod: Pod): readonly string[] => {
      taken ??= addressesInUse(bound);
      const name = node.metadata.name;
      const given = options.allocate({ node, pod, view: context.view, taken, last: lastAddress.get(name) });
      const ips = given === undefined ? [] : typeof given === 'string' ? [given] : given;
      for (const ip of ips) taken.add(ip);
      if (ips[0] !== undefined) lastAddress.set(name, ips[0]);
      return ips;
    };
    for (const pod of bound) {
      const memory = memoryOf(pod);
      if (isAtRest(memory, pod, context.nowUs)) continue;
      checkModelled(pod);
      if (!memory.admitted && pod.metadata.deletionTimestamp === undefined) {
        const refusal = refuse(
          pod,
          bound.filter((other) => memoryOf(other).admitted),
        );
        writes.push(...refusal);
        memory.admitted = refusal.length === 0;
        if (!memory.admitted) continue;
      }
      writes.push(...syncPod({ pod, memory, context, nodeAddresses, allocate: () => allocate(pod) }));
      memory.pod = pod;
    }
    return writes;
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
      const writes = syncPods(node, bound, context);
      return [...nodeStatusWrites(node, context.nowText), ...writes, ...timer(name, bound, context.nowUs)];
    },
  };
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

function addressesInUse(bound: readonly Pod[]): Set<string> {
  const taken = new Set<string>();
  for (const pod of bound) {
    if (pod.spec.hostNetwork === true || isPodTerminal(pod)) continue;
    const { podIP, podIPs } = pod.status ?? {};
    if (podIP !== undefined) taken.add(podIP);
    for (const { ip } of podIPs ?? []) taken.add(ip);
  }
  return taken;
}

function checkModelled(pod: Pod): void {
  const sidecar = pod.spec.initContainers?.find((container) => 'restartPolicy' in container);
  if (sidecar === undefined) return;
  throw unsupported(
    'sidecar-container',
    `pod ${pod.metadata.name} has the sidecar container ${sidecar.name} (an init container with restartPolicy), which is not modelled`,
  );
}
