/**
 * KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1) as the cluster file gives it, with kubeadm's defaults. Source: Kubernetes 1.34
 * staging/src/k8s.io/kube-proxy/config/v1alpha1/types.go and pkg/proxy/apis/config/v1alpha1/defaults.go. Fields that decide
 * nothing about a packet are accepted; modes and settings that are not modelled are refused by name.
 */
import { cidrContains, parseCidr } from '../../base/cidr.js';
import { inputError, unsupported } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { type Ip, parseIpv4 } from '../../base/ip.js';
import type { ClusterSpec } from '../../api/cluster.js';
import { type Field, readFields } from '../config-fields.js';

export type DetectLocalMode = 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix';

export interface KubeProxySettings {
  /** Empty: there is no detector in mode ClusterCIDR. */
  readonly clusterCIDRs: readonly string[];
  readonly detectLocalMode: DetectLocalMode;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  /** In effect: false where nodePortAddresses leave loopback out. */
  readonly localhostNodePorts: boolean;
  /** Empty: every local address. */
  readonly nodePortAddresses: readonly string[];
  readonly tcpEstablishedTimeout: number;
  readonly tcpCloseWaitTimeout: number;
  readonly tcpBeLiberal: boolean;
  /** Undefined, like the next: the kernel's own. */
  readonly udpTimeout: number | undefined;
  readonly udpStreamTimeout: number | undefined;
}

const DETECT_LOCAL_MODES: readonly DetectLocalMode[] = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'];
const MODES_NOT_MODELLED = ['ipvs', 'nftables', 'userspace', 'kernelspace'];
const INERT: Field = { type: 'inert' };

const FIELDS: Readonly<Record<string, Field>> = {
  apiVersion: INERT,
  kind: INERT,
  mode: { type: 'string' },
  clusterCIDR: { type: 'strings' },
  detectLocalMode: { type: 'string', allowed: [...DETECT_LOCAL_MODES, ''] },
  'detectLocal.bridgeInterface': { type: 'string' },
  'detectLocal.interfaceNamePrefix': { type: 'string' },
  nodePortAddresses: { type: 'strings' },
  'iptables.masqueradeAll': { type: 'boolean' },
  'iptables.masqueradeBit': { type: 'integer' },
  'iptables.localhostNodePorts': { type: 'boolean' },
  'iptables.syncPeriod': { type: 'seconds' },
  'iptables.minSyncPeriod': { type: 'seconds' },
  'conntrack.tcpEstablishedTimeout': { type: 'seconds' },
  'conntrack.tcpCloseWaitTimeout': { type: 'seconds' },
  'conntrack.tcpBeLiberal': { type: 'boolean' },
  'conntrack.udpTimeout': { type: 'seconds' },
  'conntrack.udpStreamTimeout': { type: 'seconds' },
  'conntrack.maxPerCore': INERT,
  'conntrack.min': INERT,
  bindAddress: INERT,
  bindAddressHardFail: INERT,
  clientConnection: INERT,
  configSyncPeriod: INERT,
  enableProfiling: INERT,
  featureGates: { type: 'inert', unsupported: 'feature gates of kube-proxy are not modelled' },
  healthzBindAddress: INERT,
  hostnameOverride: INERT,
  ipvs: INERT,
  logging: INERT,
  metricsBindAddress: INERT,
  nftables: INERT,
  oomScoreAdj: INERT,
  portRange: INERT,
  showHiddenMetricsForVersion: INERT,
  windowsRunAsService: INERT,
  winkernel: INERT,
};

const cache = new WeakMap<ClusterSpec, KubeProxySettings>();

/** Throws InputError for what is wrong and UnsupportedError for what is not modelled, naming it. */
export function kubeProxySettings(cluster: ClusterSpec): KubeProxySettings {
  let settings = cache.get(cluster);
  if (settings === undefined) {
    settings = readSettings(cluster);
    cache.set(cluster, settings);
  }
  return settings;
}

function readSettings(cluster: ClusterSpec): KubeProxySettings {
  if (cluster.serviceCIDRs.some((cidr) => cidr.includes(':'))) {
    throw unsupported('kube-proxy-ipv6', 'kube-proxy with IPv6 or dual stack Services is not modelled');
  }
  const values = readFields(cluster.kubeProxy.config, FIELDS, 'kubeProxy.config');
  checkMode(values.string('mode') ?? cluster.kubeProxy.mode);
  const nodePortAddresses = checkCidrs(values.strings('nodePortAddresses') ?? [], 'nodePortAddresses');
  const masqueradeBit = values.number('iptables.masqueradeBit') ?? 14;
  if (masqueradeBit < 0 || masqueradeBit > 31) {
    throw inputError('bad-value', `kubeProxy.config.iptables.masqueradeBit: ${masqueradeBit} must be within the range [0, 31]`);
  }
  return {
    clusterCIDRs: checkCidrs(values.strings('clusterCIDR') ?? cluster.podCIDRs, 'clusterCIDR'),
    detectLocalMode: (values.string('detectLocalMode') || 'ClusterCIDR') as DetectLocalMode,
    bridgeInterface: values.string('detectLocal.bridgeInterface') ?? '',
    interfaceNamePrefix: values.string('detectLocal.interfaceNamePrefix') ?? '',
    masqueradeAll: values.boolean('iptables.masqueradeAll') ?? false,
    masqueradeBit,
    localhostNodePorts: (values.boolean('iptables.localhostNodePorts') ?? true) && includesLoopback(nodePortAddresses),
    nodePortAddresses,
    tcpEstablishedTimeout: values.number('conntrack.tcpEstablishedTimeout') ?? 86400,
    tcpCloseWaitTimeout: values.number('conntrack.tcpCloseWaitTimeout') ?? 3600,
    tcpBeLiberal: values.boolean('conntrack.tcpBeLiberal') ?? false,
    // Zero leaves the kernel's value.
    udpTimeout: values.number('conntrack.udpTimeout') || undefined,
    udpStreamTimeout: values.number('conntrack.udpStreamTimeout') || undefined,
  };
}

function checkMode(mode: string): void {
  if (mode === 'iptables' || mode === '') return;
  if (MODES_NOT_MODELLED.includes(mode)) throw unsupported('kube-proxy-mode', `kube-proxy's mode "${mode}" is not modelled`);
  const near = nearest(mode, ['iptables', ...MODES_NOT_MODELLED]);
  throw inputError('unknown-mode', `unknown kube-proxy mode ${JSON.stringify(mode)}`, {
    fix: near === undefined ? 'known modes: iptables, ipvs, nftables' : `did you mean ${near}?`,
  });
}

function checkCidrs(cidrs: readonly string[], field: string): readonly string[] {
  if (field === 'nodePortAddresses' && cidrs.includes('primary')) {
    throw unsupported('node-port-addresses-primary', 'nodePortAddresses "primary" is not modelled');
  }
  for (const text of cidrs) {
    if (parseCidr(text) === undefined) {
      throw inputError('bad-cidr', `kubeProxy.config.${field}: ${JSON.stringify(text)} is not a CIDR block`, {
        fix: 'write it as 192.168.0.0/16',
      });
    }
  }
  return cidrs;
}

function includesLoopback(cidrs: readonly string[]): boolean {
  const loopback = parseIpv4('127.0.0.1') as Ip;
  const own = cidrs.map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined && typeof cidr.ip === 'number');
  return own.length === 0 || own.some((cidr) => cidr !== undefined && cidrContains(cidr, loopback));
}
