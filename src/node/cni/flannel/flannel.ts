/** flannel as a CNI plug-in: its addresses, its links and routes, its rules. See the three files of those names. */
import { hostRange } from '../../../base/ip-family.js';
import type { Cni } from '../../agent.js';
import { isolatedNetns, podNetns } from '../../pod-netns.js';
import { externalMtu } from '../external-mtu.js';
import { strayPods } from '../stray-pods.js';
import { allocateAddresses, ownLeases } from './addresses.js';
import { leases } from './leases.js';
import { flannelLinksAndRoutes, podMtu } from './links-and-routes.js';
import { flannelConfig } from './net-conf.js';
import { explainFlannelRule, flannelRules } from './rules.js';

export const flannel: Cni = {
  name: 'flannel',
  node(context) {
    const config = flannelConfig(context.cluster);
    const own = ownLeases(context.node, config);
    return own.length === 0 ? {} : { ...flannelLinksAndRoutes(context, config, own), ...flannelRules(context, config, own) };
  },
  allocate(context, taken, last) {
    return allocateAddresses(ownLeases(context.node, flannelConfig(context.cluster)), taken, last);
  },
  pod(context, pod) {
    const config = flannelConfig(context.cluster);
    const subnets = ownLeases(context.node, config);
    if (subnets.length === 0) return isolatedNetns(context.cluster);
    const routes = Object.values(config.networks);
    return podNetns(context, pod, { subnets, mtu: podMtu(config, externalMtu(context)), routes, defaultRoute: true });
  },
  cloudRoutes(context) {
    if (flannelConfig(context.cluster).backend !== 'vpc') return [];
    const ranges = leases(context.view.list('Node'), 'IPv4').map(({ subnet, node }) => ({ cidr: subnet, node }));
    return [...ranges, ...strayPods(context.view).map(({ ip, node }) => ({ cidr: hostRange(ip), node }))];
  },
  explain(context, rule) {
    return explainFlannelRule(context, flannelConfig(context.cluster), rule);
  },
};
