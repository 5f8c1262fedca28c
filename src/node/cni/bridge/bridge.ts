/**
 * The plain bridge plug-in: a bridge with host-local addresses on each node, and nothing between nodes. Pods of other nodes are reached only where
 * somebody else adds the routes. See the files of its three parts.
 */
import type { Cni } from '../../agent.js';
import { isolatedNetns, podNetns } from '../../pod-netns.js';
import { podRangeOf } from '../pod-range.js';
import { allocateAddress } from './addresses.js';
import { bridgeConfig } from './bridge-conf.js';
import { bridgeLinksAndRoutes, bridgeMtu } from './links-and-routes.js';
import { bridgeRules, explainBridgeRule } from './rules.js';

export const bridge: Cni = {
  name: 'bridge',
  node(context) {
    const config = bridgeConfig(context.cluster);
    const subnet = podRangeOf(context.node);
    if (subnet === undefined) return {};
    return { ...bridgeLinksAndRoutes(context, config, subnet), iptables: bridgeRules(context, config, subnet) };
  },
  allocate(context, taken, last) {
    bridgeConfig(context.cluster);
    return allocateAddress(context.node, taken, last);
  },
  pod(context, pod) {
    const config = bridgeConfig(context.cluster);
    const subnet = podRangeOf(context.node);
    if (subnet === undefined) return isolatedNetns();
    return podNetns(context, pod, { subnet, mtu: bridgeMtu(context, config), routes: [], defaultRoute: true });
  },
  cloudRoutes: () => [],
  explain: (_context, rule) => explainBridgeRule(rule),
};
