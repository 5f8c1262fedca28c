/** The bridge plug-in's links: the bridge with the gateways' addresses and the pods' veths. It makes no route to any other node. */
import type { Cidr } from '../../../base/cidr.js';
import type { NodeContext, NodeFragment } from '../../agent.js';
import { bridgeLinks } from '../bridge-links.js';
import { externalMtu } from '../external-mtu.js';
import { strayRoutes } from '../stray-pods.js';
import type { BridgeConfig } from './bridge-conf.js';

export function bridgeLinksAndRoutes(context: NodeContext, config: BridgeConfig, subnets: readonly Cidr[]): NodeFragment {
  const { bridge, hairpin } = config;
  return {
    links: bridgeLinks(context, { bridge, subnets, mtu: bridgeMtu(context, config), hairpin, gateway: true }),
    routes: strayRoutes(context.view, context.node.metadata.name, bridge),
  };
}

export function bridgeMtu(context: NodeContext, config: BridgeConfig): number {
  return config.mtu ?? externalMtu(context);
}
