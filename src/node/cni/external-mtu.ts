/** The MTU of the node's external interface, from which plug-ins take the pods'. Without an uplink it is the underlay's. */
import type { NodeContext } from '../agent.js';

export function externalMtu(context: NodeContext): number {
  return context.uplink?.links[0]?.mtu ?? context.cluster.underlay.mtu;
}
