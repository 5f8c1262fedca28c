/**
 * Asking the network plug-in's IPAM for the addresses of a node's pods (CNI ADD): it is told which addresses the node's pods have and, as
 * host-local keeps it on disk, which one it gave last.
 */
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Node, Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';

export interface AddressRequest {
  readonly node: Node;
  readonly pod: Pod;
  readonly view: StoreView;
  /** Addresses of the node's pods, those given in this very reconcile too. */
  readonly taken: ReadonlySet<string>;
  /** The address given last on this node. */
  readonly last: string | undefined;
}

/** One address, or one per family; undefined when there is none to give. */
export type Allocate = (request: AddressRequest) => string | readonly string[] | undefined;

/** For one node and one reconcile: what to call for each pod that needs an address. */
export type NodeAddresses = (node: Node, bound: readonly Pod[], view: StoreView) => (pod: Pod) => readonly string[];

export function createNodeAddresses(allocate: Allocate): NodeAddresses {
  const lastGiven = new Map<string, string>();
  return (node, bound, view) => {
    const { name } = node.metadata;
    let taken: Set<string> | undefined;
    return (pod) => {
      taken ??= addressesInUse(bound);
      const given = allocate({ node, pod, view, taken, last: lastGiven.get(name) });
      const ips = given === undefined ? [] : typeof given === 'string' ? [given] : given;
      for (const ip of ips) taken.add(ip);
      if (ips[0] !== undefined) lastGiven.set(name, ips[0]);
      return ips;
    };
  };
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
