/**
 * Asking the network plug-in's IPAM for the addresses of a node's pods (CNI ADD): it is told which addresses the node's pods have and, as
 * host-local keeps it on disk, which one it gave last.
 */
import { podIps } from '../../api/object/pod-ips.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Node, Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';

export interface AddressRequest {
  readonly node: Node;
  readonly pod: Pod;
  readonly view: StoreView;
  /** Addresses of the node's pods, those given in this very reconcile too. */
  readonly taken: ReadonlySet<string>;
  /** The addresses given last on this node. */
  readonly last: readonly string[];
}

/** One address per family; none when there is none to give. */
export type Allocate = (request: AddressRequest) => readonly string[];

/** For one node and one reconcile: what to call for each pod that needs an address. */
export type NodeAddresses = (node: Node, bound: readonly Pod[], view: StoreView) => (pod: Pod) => readonly string[];

export function createNodeAddresses(allocate: Allocate): NodeAddresses {
  const lastGiven = new Map<string, readonly string[]>();
  return (node, bound, view) => {
    const { name } = node.metadata;
    let taken: Set<string> | undefined;
    return (pod) => {
      taken ??= addressesInUse(bound);
      const ips = allocate({ node, pod, view, taken, last: lastGiven.get(name) ?? [] });
      for (const ip of ips) taken.add(ip);
      if (ips.length > 0) lastGiven.set(name, ips);
      return ips;
    };
  };
}

function addressesInUse(bound: readonly Pod[]): Set<string> {
  const taken = new Set<string>();
  for (const pod of bound) {
    if (pod.spec.hostNetwork === true || isPodTerminal(pod)) continue;
    for (const ip of podIps(pod)) taken.add(ip);
  }
  return taken;
}
