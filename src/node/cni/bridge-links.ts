/**
 * The bridge plug-in's part of the node: the bridge with the gateways' addresses, and one veth end per pod as a port of it. The bridge comes
 * with the first pod that has a network of its own; before, the device does not exist. With the last pod goes its veth, and the bridge stays, up and
 * without a port: its addresses answer, and nobody is found behind it. Source: CNI plugins v1.9.1 plugins/main/bridge.
 */
import { type Cidr, cidrAddress } from '../../base/cidr.js';
import { formatIp } from '../../base/ip.js';
import type { LinkPlan } from '../../plan/plan.js';
import type { NodeContext } from '../agent.js';
import { deviceMac, podVethName } from '../pod-netns.js';
import { hasPodNetwork, podsOfNode } from '../pods-of-node.js';

export interface BridgeSettings {
  readonly bridge: string;
  /** One of a family. */
  readonly subnets: readonly Cidr[];
  readonly mtu: number;
  readonly hairpin: boolean;
  /** Whether the bridge has the gateways' addresses. */
  readonly gateway: boolean;
}

export function bridgeLinks(context: NodeContext, settings: BridgeSettings): readonly LinkPlan[] {
  const node = context.node.metadata.name;
  const pods = podsOfNode(context.view, node).filter(hasPodNetwork);
  if (pods.length === 0 && context.hadPods !== true) return [];
  const { bridge, mtu, subnets } = settings;
  const addresses = subnets.map((subnet) => `${formatIp(cidrAddress(subnet, 1))}/${subnet.length}`);
  const ports = pods.map((pod) => podVethName(pod.metadata.namespace ?? 'default', pod.metadata.name));
  return [
    { name: bridge, kind: 'bridge', mac: deviceMac(node, bridge), mtu, addr: settings.gateway ? addresses : [] },
    ...ports.map(
      (name): LinkPlan => ({
        name,
        kind: 'veth',
        mac: deviceMac(node, name),
        mtu,
        master: bridge,
        slave: settings.hairpin ? 'hairpin on' : 'hairpin off',
      }),
    ),
  ];
}
