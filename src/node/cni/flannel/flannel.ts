/** flannel as a CNI plug-in: its addresses, its links and routes, its rules. See the three files of those names. */
import type { Cni } from '../../agent.js';
import { isolatedNetns, podNetns } from '../../pod-netns.js';
import { externalMtu } from '../external-mtu.js';
import { podRangeOf } from '../pod-range.js';
import { strayPods } from '../stray-pods.js';
import { allocateAddress } from './addresses.js';
import { leases } from './leases.js';
import { flannelLinksAndRoutes, podMtu } from './links-and-routes.js';
import { flannelConfig } from './net-conf.js';
import { explainFlannelRule, flannelRules } from './rules.js';

export const flannel: Cni = {
  name: 'flannel',
  node(context) {
    const config = flannelConfig(context.cluster);
    const lease = podRangeOf(context.node);
    if (lease === undefined) return {};
    return { ...flannelLinksAndRoutes(context, config, lease), ...flannelRules(context, config, lease) };
  },
  allocate(context, taken, last) {
    flannelConfig(context.cluster);
    return allocateAddress(context.node, taken, last);
  },
  pod(context, pod) {
    const config = flannelConfig(context.cluster);
    const subnet = podRangeOf(context.node);
    if (subnet === undefined) return isolatedNetns();
    return podNetns(context, pod, { subnet, mtu: podMtu(config, externalMtu(context)), routes: [config.network], defaultRoute: true });
  },
  cloudRoutes(context) {
    if (flannelConfig(context.cluster).backend !== 'vpc') return [];
    const ranges = leases(context.view.list('Node')).map(({ subnet, node }) => ({ cidr: subnet, node }));
    return [...ranges, ...strayPods(context.view).map(({ ip, node }) => ({ cidr: `${ip}/32`, node }))];
  },
  explain(context, rule) {
    return explainFlannelRule(context, flannelConfig(context.cluster), rule);
  },
};
