/**
 * MetalLB's speaker in layer 2 mode (v0.16 internal/layer2): on the node that won the first of a Service's addresses it answers ARP requests and neighbour solicitations
 * for all of them with the interface's own link address. No interface has them; kube-proxy's rules take what arrives. What it says unasked after a change is not modelled: who
 * asks, asks afresh.
 */
import type { NodeContext, NodeFragment } from '../agent.js';

const DEVICE = 'eth0';

export function speaker({ node, view }: NodeContext): NodeFragment {
  const addresses = view
    .list('LoadBalancer')
    .filter(({ spec, status }) => spec.delivery === 'arp' && status.nodes.includes(node.metadata.name))
    .flatMap(({ spec }) => spec.addresses);
  return addresses.length === 0 ? {} : { speakers: { [DEVICE]: addresses } };
}
