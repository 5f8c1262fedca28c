/**
 * Who holds which port of a node itself: its own programs, and the containers of pods on the host network. The scheduler and the kubelet look at declared ports
 * alone; a program that finds its port taken all the same ends when it binds it (EADDRINUSE).
 */
import { runningStatuses } from '../../api/object/containers.js';
import type { Node, Pod } from '../../api/types/core.js';
import { isNodeCache, localAddresses } from '../dns/node-cache.js';
import { type Listener, listeners } from './listeners.js';

const DNS_PORT = 53;
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** The programs of a node and their ports. */
export function systemPorts(labels: Readonly<Record<string, string>>): readonly (readonly [process: string, port: number])[] {
  const kubelet = ['kubelet', 10250] as const;
  return CONTROL_PLANE_LABEL in labels ? [['kube-apiserver', 6443], kubelet] : [kubelet];
}

export class HostSockets {
  /** By `tcp:80`, or `tcp:53 169.254.20.10`: the pod's uid, or nothing for a program of the node's. */
  readonly #holders = new Map<string, string>();

  constructor(node: Node, bound: readonly Pod[]) {
    for (const [, port] of systemPorts(node.metadata.labels ?? {})) this.#holders.set(`tcp:${port}`, '');
    for (const pod of bound) {
      const started = runningStatuses(pod) !== undefined || pod.status?.podIP !== undefined;
      if (pod.spec.hostNetwork === true && started) for (const listener of listeners(pod)) this.take(pod, listener);
    }
  }

  /** Whether somebody else has a port that this one wants, on an address that this one wants. */
  isTaken(pod: Pod, { proto, port }: Listener): boolean {
    const wanted = addressesOf(pod, port);
    return [...this.#holders].some(([key, holder]) => {
      const [own, address = ''] = key.split(' ');
      if (own !== `${proto}:${port}` || holder === pod.metadata.uid) return false;
      return address === '' || wanted.includes('') || wanted.includes(address);
    });
  }

  take(pod: Pod, { proto, port }: Listener): void {
    for (const address of addressesOf(pod, port)) {
      const key = `${proto}:${port} ${address}`.trimEnd();
      if (!this.#holders.has(key)) this.#holders.set(key, pod.metadata.uid ?? '');
    }
  }
}

/** Empty for all of them: a node's name server binds its own alone. */
function addressesOf(pod: Pod, port: number): readonly string[] {
  return isNodeCache(pod) && port === DNS_PORT ? localAddresses(pod) : [''];
}
