/**
 * The bridge plug-in's configuration, as in /etc/cni/net.d/10-bridge.conf. Source: CNI plugins v1.9.1 plugins/main/bridge (NetConf). Its IPAM is
 * host-local over the node's podCIDRs. Left out by name: vlan, promiscMode, other ranges; without a gateway or default route.
 */
import type { ClusterSpec } from '../../../api/cluster.js';
import { unsupported } from '../../../base/errors.js';
import { type Field, readFields } from '../../config-fields.js';

export interface BridgeConfig {
  /** The name of the network. */
  readonly network: string;
  readonly bridge: string;
  readonly ipMasq: boolean;
  readonly hairpin: boolean;
  /** Undefined: that of the external interface. */
  readonly mtu: number | undefined;
}

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
  'ipam.ranges': { type: 'inert', unsupported: `${NOT_MODELLED}: the range is the node's podCIDR` },
  'ipam.subnet': { type: 'inert', unsupported: `${NOT_MODELLED}: the range is the node's podCIDR` },
  'ipam.routes': { type: 'inert' },
  promiscMode: { type: 'boolean', unsupported: NOT_MODELLED },
  vlan: { type: 'integer', unsupported: NOT_MODELLED },
};

const cache = new WeakMap<ClusterSpec, BridgeConfig>();

/** Throws InputError for what is wrong and UnsupportedError for what is not modelled, naming it. */
export function bridgeConfig(cluster: ClusterSpec): BridgeConfig {
  let config = cache.get(cluster);
  if (config === undefined) {
    config = readConfig(cluster);
    cache.set(cluster, config);
  }
  return config;
}

function readConfig(cluster: ClusterSpec): BridgeConfig {
  const values = readFields(cluster.cni.config, FIELDS, 'cni.config');
  if (values.boolean('isGateway') === false && values.boolean('isDefaultGateway') !== true) {
    throw unsupported('bridge-gateway', `cni.config.isGateway false is ${NOT_MODELLED}`);
  }
  return {
    network: values.string('name') ?? 'mynet',
    bridge: values.string('bridge') ?? 'cni0',
    ipMasq: values.boolean('ipMasq') ?? false,
    hairpin: values.boolean('hairpinMode') ?? false,
    mtu: values.number('mtu') || undefined,
  };
}
