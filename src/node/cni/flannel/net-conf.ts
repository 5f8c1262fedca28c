/**
 * flannel's configuration: the fields of net-conf.json, `args` (flanneld's flags, by default those of kube-flannel.yml) and `delegate`
 * (of cni-conf.json). Source: flannel v0.28 pkg/subnet/config.go, pkg/backend/*, Documentation/{configuration,backends}.md; the aws, gce and ali
 * route table backends as they were until v0.19. `vpc` stands for any of those. Backends that are not modelled are named as such.
 */
import { cidrContains, formatCidr, parseCidr } from '../../../base/cidr.js';
import { inputError, unsupported } from '../../../base/errors.js';
import { familyOf, familyOfText, type IpFamily } from '../../../base/ip-family.js';
import { nearest } from '../../../base/nearest.js';
import type { ClusterSpec } from '../../../api/cluster.js';
import { isKey } from '../../../plan/wireguard/x25519.js';
import { type Field, type FieldValues, readFields } from '../../config-fields.js';
import { UDP_PORT } from './backend/udp.js';
import { WIREGUARD_PORT, WIREGUARD_PORT_V6, type WireguardMode } from './backend/wireguard.js';

export type FlannelBackend = 'vxlan' | 'host-gw' | 'udp' | 'ipip' | 'wireguard' | 'vpc' | 'alloc';

export interface FlannelConfig {
  /** The cluster's networks as text, host bits cleared: of those families that are enabled. */
  readonly networks: Readonly<Partial<Record<IpFamily, string>>>;
  readonly backend: FlannelBackend;
  readonly vni: number;
  /** UDP port of the tunnel. */
  readonly port: number;
  /** Of WireGuard's device for IPv6. */
  readonly portV6: number;
  /** Of WireGuard. */
  readonly mode: WireguardMode;
  /** Of WireGuard. */
  readonly presharedKey: string | undefined;
  readonly directRouting: boolean;
  readonly learning: boolean;
  /** Undefined: that of the external interface, less the backend's overhead. */
  readonly mtu: number | undefined;
  /** flanneld's --ip-masq; without it the bridge plug-in masquerades itself. */
  readonly ipMasq: boolean;
  /** flanneld's --iptables-forward-rules. */
  readonly forwardRules: boolean;
  readonly hairpin: boolean;
}

const BACKENDS: Readonly<Record<string, FlannelBackend>> = {
  vxlan: 'vxlan',
  'host-gw': 'host-gw',
  udp: 'udp',
  ipip: 'ipip',
  wireguard: 'wireguard',
  alloc: 'alloc',
  vpc: 'vpc',
  'aws-vpc': 'vpc',
  'ali-vpc': 'vpc',
  'tencent-vpc': 'vpc',
  gce: 'vpc',
};
const BACKENDS_NOT_MODELLED = ['ipsec', 'extension'];
const KERNEL_VXLAN_PORT = 8472;
const MODES: readonly WireguardMode[] = ['separate', 'auto', 'ipv4', 'ipv6'];
/** Those that flannel's documentation gives for dual stack, and the one that does nothing. */
const BACKENDS_OF_IPV6: readonly FlannelBackend[] = ['vxlan', 'host-gw', 'wireguard', 'alloc'];

const FIELDS: Readonly<Record<string, Field>> = {
  Network: { type: 'string' },
  SubnetLen: { type: 'inert' },
  SubnetMin: { type: 'inert' },
  SubnetMax: { type: 'inert' },
  EnableIPv4: { type: 'boolean' },
  EnableIPv6: { type: 'boolean' },
  IPv6Network: { type: 'string' },
  IPv6SubnetLen: { type: 'inert' },
  IPv6SubnetMin: { type: 'inert' },
  IPv6SubnetMax: { type: 'inert' },
  EnableNFTables: { type: 'boolean' },
  'Backend.Type': { type: 'string' },
  'Backend.VNI': { type: 'integer' },
  'Backend.Port': { type: 'integer' },
  'Backend.MTU': { type: 'integer' },
  'Backend.DirectRouting': { type: 'boolean' },
  'Backend.ListenPort': { type: 'integer' },
  'Backend.ListenPortV6': { type: 'integer' },
  'Backend.PSK': { type: 'string' },
  'Backend.PersistentKeepaliveInterval': { type: 'inert' },
  'Backend.Mode': { type: 'string' },
  'Backend.Learning': { type: 'boolean' },
  'Backend.GBP': { type: 'boolean' },
  'Backend.RouteTableID': { type: 'inert' },
  args: { type: 'strings' },
  'delegate.hairpinMode': { type: 'boolean' },
  'delegate.isDefaultGateway': { type: 'boolean' },
};

const cache = new WeakMap<ClusterSpec, FlannelConfig>();

/** Throws InputError for what is wrong and UnsupportedError for what is not modelled, naming it. */
export function flannelConfig(cluster: ClusterSpec): FlannelConfig {
  let config = cache.get(cluster);
  if (config === undefined) {
    config = readConfig(cluster);
    cache.set(cluster, config);
  }
  return config;
}

function readConfig(cluster: ClusterSpec): FlannelConfig {
  const values = readFields(cluster.cni.config, FIELDS, 'cni.config');
  refuseUnmodelled(values);
  const flags = readFlags(values.strings('args') ?? ['--ip-masq', '--kube-subnet-mgr']);
  const backend = readBackend(values.string('Backend.Type') ?? 'vxlan');
  const networks = readNetworks(cluster, values);
  if (networks.IPv6 !== undefined && !BACKENDS_OF_IPV6.includes(backend))
    throw unsupported('flannel-ipv6', `flannel's backend "${values.string('Backend.Type')}" carries no IPv6`);
  return {
    networks,
    backend,
    vni: values.number('Backend.VNI') ?? 1,
    port: readPort(backend, values),
    portV6: values.number('Backend.ListenPortV6') ?? WIREGUARD_PORT_V6,
    mode: readMode(values, networks),
    presharedKey: readPresharedKey(values.string('Backend.PSK')),
    directRouting: values.boolean('Backend.DirectRouting') ?? false,
    learning: values.boolean('Backend.Learning') ?? false,
    mtu: values.number('Backend.MTU') || undefined,
    ipMasq: flags.get('ip-masq') === 'true',
    forwardRules: flags.get('iptables-forward-rules') !== 'false',
    hairpin: values.boolean('delegate.hairpinMode') ?? true,
  };
}

function refuseUnmodelled(values: FieldValues): void {
  if (values.boolean('EnableNFTables') === true) throw unsupported('flannel-nftables', 'flannel with EnableNFTables is not modelled');
  if (values.boolean('Backend.GBP') === true)
    throw unsupported('vxlan-gbp', 'the VXLAN group policy extension (Backend.GBP) is not modelled');
  if (values.boolean('delegate.isDefaultGateway') === false) {
    throw unsupported('flannel-delegate', 'flannel with delegate.isDefaultGateway false is not modelled');
  }
}

function readMode(values: FieldValues, networks: FlannelConfig['networks']): WireguardMode {
  const text = values.string('Backend.Mode') ?? 'separate';
  const mode = MODES.find((one) => one === text);
  if (mode === undefined) {
    const near = nearest(text, MODES);
    const fix = near === undefined ? `modes are ${MODES.join(', ')}` : `did you mean ${near}?`;
    throw inputError('unknown-mode', `cni.config.Backend.Mode: unknown mode ${JSON.stringify(text)}`, { fix });
  }
  if (mode === 'ipv6' && networks.IPv6 === undefined) {
    throw inputError('bad-mode', 'cni.config.Backend.Mode: ipv6 calls the nodes by addresses that a network without IPv6 does not know', {
      fix: 'set EnableIPv6, or leave Mode out',
    });
  }
  return mode;
}

/** Port 0, vxlan's default, leaves the choice to the kernel. */
function readPort(backend: FlannelBackend, values: FieldValues): number {
  if (backend === 'wireguard') return values.number('Backend.ListenPort') ?? WIREGUARD_PORT;
  if (backend === 'udp') return values.number('Backend.Port') ?? UDP_PORT;
  return values.number('Backend.Port') || KERNEL_VXLAN_PORT;
}

function readPresharedKey(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || isKey(text)) return text || undefined;
  throw inputError('bad-key', `cni.config.Backend.PSK: ${JSON.stringify(text)} is no WireGuard key`, { fix: 'make one by `wg genpsk`' });
}

function readBackend(type: string): FlannelBackend {
  const backend = BACKENDS[type];
  if (backend !== undefined) return backend;
  if (BACKENDS_NOT_MODELLED.includes(type)) throw unsupported('flannel-backend', `flannel's backend "${type}" is not modelled`);
  const known = [...Object.keys(BACKENDS), ...BACKENDS_NOT_MODELLED];
  const near = nearest(type, known);
  throw inputError('unknown-backend', `unknown flannel backend ${JSON.stringify(type)}`, {
    fix: near === undefined ? `known backends: ${known.join(', ')}` : `did you mean ${near}?`,
  });
}

/** By default the families that the pods have; in kube-flannel.yml IPv4 alone. */
function readNetworks(cluster: ClusterSpec, values: FieldValues): FlannelConfig['networks'] {
  const has = (family: IpFamily): boolean => cluster.podCIDRs.some((cidr) => familyOfText(cidr) === family);
  const networks = {
    ...((values.boolean('EnableIPv4') ?? has('IPv4')) ? { IPv4: readNetwork(cluster, values, 'IPv4') } : {}),
    ...((values.boolean('EnableIPv6') ?? has('IPv6')) ? { IPv6: readNetwork(cluster, values, 'IPv6') } : {}),
  };
  if (Object.keys(networks).length > 0) return networks;
  throw inputError('no-network', 'cni.config: EnableIPv4 and EnableIPv6 are both false, and flannel has no network to serve', {
    fix: 'enable one of them',
  });
}

const NETWORK_FIELDS = { IPv4: 'Network', IPv6: 'IPv6Network' } as const;
const EXAMPLES = { IPv4: '10.244.0.0/16', IPv6: 'fd00:10:244::/56' } as const;

function readNetwork(cluster: ClusterSpec, values: FieldValues, family: IpFamily): string {
  const field = NETWORK_FIELDS[family];
  const own = cluster.podCIDRs.filter((cidr) => familyOfText(cidr) === family);
  const text = values.string(field) ?? own[0];
  const network = text === undefined ? undefined : parseCidr(text);
  if (network === undefined || familyOf(network.ip) !== family) {
    throw inputError('bad-network', `cni.config.${field}: ${JSON.stringify(text)} is not an ${family} network`, {
      fix: `write it as ${EXAMPLES[family]}`,
    });
  }
  for (const podCidr of own) {
    const range = parseCidr(podCidr);
    if (range === undefined || (range.length >= network.length && cidrContains(network, range.ip))) continue;
    const message = `flannel's ${field} ${text} does not contain the cluster's podCIDR ${podCidr}; flanneld would not start`;
    throw inputError('bad-network', message, { fix: `give ${podCidr} for both` });
  }
  return formatCidr(network);
}

const FLAGS_READ = ['ip-masq', 'iptables-forward-rules'];
const FLAGS_INERT = [
  'kube-subnet-mgr',
  'iptables-resync',
  'healthz-ip',
  'healthz-port',
  'v',
  'subnet-file',
  'net-config-path',
  'public-ip',
];
const FLAGS_NOT_MODELLED = ['iface', 'iface-regex', 'iface-can-reach', 'ip-blackhole-route', 'etcd-endpoints'];

function readFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const arg of args) {
    const [, name, value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(arg) ?? [];
    if (name === undefined || ![...FLAGS_READ, ...FLAGS_INERT].includes(name)) refuseFlag(arg, name);
    else flags.set(name, value ?? 'true');
  }
  return flags;
}

function refuseFlag(arg: string, name: string | undefined): never {
  if (name !== undefined && FLAGS_NOT_MODELLED.includes(name))
    throw unsupported('flanneld-flag', `flanneld's flag --${name} is not modelled`);
  const near = name === undefined ? undefined : nearest(name, [...FLAGS_READ, ...FLAGS_INERT, ...FLAGS_NOT_MODELLED]);
  throw inputError('unknown-flag', `cni.config.args: unknown flanneld flag ${JSON.stringify(arg)}`, {
    fix: near === undefined ? `known flags: --${[...FLAGS_READ, ...FLAGS_INERT].join(', --')}` : `did you mean --${near}?`,
  });
}
