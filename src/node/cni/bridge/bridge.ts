/**
 * The plain bridge plug-in: a bridge with host-local addresses on each node, and nothing between nodes. Pods of other nodes are reached only where
 * somebody else adds the routes. See the files of its three parts.
 */
import type { Cni } from '../../agent.js';
import { isolatedNetns, podNetns } from '../../pod-netns.js';
import { podRangesOf } from '../pod-range.js';
import { allocateAddresses } from './addresses.js';
import { bridgeConfig } from './bridge-conf.js';
import { bridgeLinksAndRoutes, bridgeMtu } from './links-and-routes.js';
import { bridgeRules, explainBridgeRule } from './rules.js';

export const bridge: Cni = {
  name: 'bridge',
  node(context) {
    const config = bridgeConfig(context.cluster);
    const subnets = podRangesOf(context.node);
    return subnets.length === 0 ? {} : { ...bridgeLinksAndRoutes(context, config, subnets), ...bridgeRules(context, config, subnets) };
  },
  allocate(context, taken, last) {
    bridgeConfig(context.cluster);
    return allocateAddresses(context.node, taken, last);
  },
  pod(context, pod) {
    const config = bridgeConfig(context.cluster);
    const subnets = podRangesOf(context.node);
    if (subnets.length === 0) return isolatedNetns(context.cluster);
    return podNetns(context, pod, { subnets, mtu: bridgeMtu(context, config), routes: [], defaultRoute: true });
  },
  cloudRoutes: () => [],
  explain: (_context, rule) => explainBridgeRule(rule),
};
