/**
 * Who holds which port of a node itself: its own programs, and the containers of pods on the host network. The scheduler and the kubelet look at declared ports
 * alone; a program that finds its port taken all the same ends when it binds it (EADDRINUSE).
 */
import { runningStatuses } from '../../api/object/containers.js';
import type { Node, Pod } from '../../api/types/core.js';
import { type Listener, listeners } from './listeners.js';

const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** The programs of a node and their ports. */
export function systemPorts(labels: Readonly<Record<string, string>>): readonly (readonly [process: string, port: number])[] {
  const kubelet = ['kubelet', 10250] as const;
  return CONTROL_PLANE_LABEL in labels ? [['kube-apiserver', 6443], kubelet] : [kubelet];
}

export class HostSockets {
  /** By `tcp:80`: the pod's uid, or nothing for a program of the node's. */
  readonly #holders = new Map<string, string>();

  constructor(node: Node, bound: readonly Pod[]) {
    for (const [, port] of systemPorts(node.metadata.labels ?? {})) this.#holders.set(`tcp:${port}`, '');
    for (const pod of bound) {
      const started = runningStatuses(pod) !== undefined || pod.status?.podIP !== undefined;
      if (pod.spec.hostNetwork === true && started) for (const listener of listeners(pod)) this.take(pod, listener);
    }
  }

  /** Whether somebody else has a port that this one wants. */
  isTaken(pod: Pod, { proto, port }: Listener): boolean {
    const holder = this.#holders.get(`${proto}:${port}`);
    return holder !== undefined && holder !== pod.metadata.uid;
  }

  take(pod: Pod, { proto, port }: Listener): void {
    const key = `${proto}:${port}`;
    if (!this.#holders.has(key)) this.#holders.set(key, pod.metadata.uid ?? '');
  }
}
