/**
 * The plain bridge plug-in: a bridge with host-local addresses on each node, and nothing between nodes. Whoever wants pods of other nodes reached
 * adds routes. Source: CNI plugins v1.9.1 plugins/main/bridge; the example of kubeadm's hand-written 10-bridge.conf. Left out: vlan, promiscMode,
 * static addresses, several interfaces.
 */
import { formatCidr } from '../../../base/cidr.js';
import { InvariantError } from '../../../base/errors.js';
import type { ClusterSpec } from '../../../api/cluster.js';
import { type Cni, NETNS } from '../../agent.js';
import { type Field, readFields } from '../../config-fields.js';
import { podNetns } from '../../pod-netns.js';
import { bridgeLinks } from '../bridge-links.js';
import { bridgeMasquerade } from '../bridge-masquerade.js';
import { externalMtu } from '../external-mtu.js';
import { allocateAddress, leaseOf } from '../flannel/addresses.js';

const NOT_MODELLED = 'not modelled for the bridge plug-in';
const FIELDS: Readonly<Record<string, Field>> = {
  cniVersion: { type: 'inert' },
  name: { type: 'string' },
  type: { type: 'string', allowed: ['bridge'] },
  bridge: { type: 'string' },
  isGateway: { type: 'boolean' },
  isDefaultGateway: { type: 'boolean' },
  forceAddress: { type: 'inert' },
  ipMasq: { type: 'boolean' },
  hairpinMode: { type: 'boolean' },
  mtu: { type: 'integer' },
  'ipam.type': { type: 'string', allowed: ['host-local'] },
  'ipam.ranges': { type: 'inert' },
  'ipam.subnet': { type: 'string', unsupported: `${NOT_MODELLED}: the range is the node's podCIDR` },
  'ipam.routes': { type: 'inert' },
  promiscMode: { type: 'boolean', unsupported: NOT_MODELLED },
  vlan: { type: 'integer', unsupported: NOT_MODELLED },
};

interface BridgeConfig {
  readonly network: string;
  readonly bridge: string;
  readonly ipMasq: boolean;
  readonly hairpin: boolean;
  readonly mtu: number | undefined;
}

const cache = new WeakMap<ClusterSpec, BridgeConfig>();

function bridgeConfig(cluster: ClusterSpec): BridgeConfig {
  let config = cache.get(cluster);
  if (config === undefined) {
    const values = readFields(cluster.cni.config, FIELDS, 'cni.config');
    config = {
      network: values.string('name') ?? 'mynet',
      bridge: values.string('bridge') ?? 'cni0',
      ipMasq: values.boolean('ipMasq') ?? false,
      hairpin: values.boolean('hairpinMode') ?? false,
      mtu: values.number('mtu') || undefined,
    };
    cache.set(cluster, config);
  }
  return config;
}

export const bridge: Cni = {
  name: 'bridge',
  node(context) {
    const config = bridgeConfig(context.cluster);
    const subnet = leaseOf(context.node);
    if (subnet === undefined) return {};
    const mtu = config.mtu ?? externalMtu(context);
    return {
      links: bridgeLinks(context, { bridge: config.bridge, subnet, mtu, hairpin: config.hairpin, gateway: true }),
      iptables: config.ipMasq ? [bridgeMasquerade(context, config.network, formatCidr(subnet))] : [],
    };
  },
  allocate(context, taken, last) {
    bridgeConfig(context.cluster);
    return allocateAddress(context.node, taken, last);
  },
  pod(context, pod) {
    const subnet = leaseOf(context.node);
    if (subnet === undefined) throw new InvariantError(`${NETNS.pod(pod.metadata.namespace ?? 'default', pod.metadata.name)} is on a node without podCIDR`);
    return podNetns(context, pod, { subnet, mtu: bridgeConfig(context.cluster).mtu ?? externalMtu(context), routes: [], defaultRoute: true });
  },
  cloudRoutes: () => [],
  explain(_context, rule) {
    if (!rule.chain.startsWith('CNI-') && !/(^| )-j CNI-/.test(rule.text)) return null;
    return { kind: 'CNI', namespace: null, name: 'bridge', detail: 'ipMasq: each pod is masqueraded outside its node’s range' };
  },
};
