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
import type { IpvsTimeouts } from '../../plan/ipvs/ipvs-service.js';
import { type Field, readFields } from '../config-fields.js';
import { EPHEMERAL, type PortRange } from './port-range.js';

export type DetectLocalMode = 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix';

export type ProxyMode = 'iptables' | 'ipvs' | 'nftables' | 'userspace';

export interface KubeProxySettings {
  readonly mode: ProxyMode;
  /** Empty: there is no detector in mode ClusterCIDR. */
  readonly clusterCIDRs: readonly string[];
  readonly detectLocalMode: DetectLocalMode;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  /** In effect, of IPv4: only mode iptables has them, and not where nodePortAddresses leave loopback out. */
  readonly localhostNodePorts: boolean;
  /** CIDRs, or `primary` alone: the node's own address. Empty: every local address, but of mode nftables the primary one. */
  readonly nodePortAddresses: readonly string[];
  readonly ipvsScheduler: string;
  readonly ipvsTimeouts: IpvsTimeouts;
  readonly strictARP: boolean;
  readonly tcpEstablishedTimeout: number;
  readonly tcpCloseWaitTimeout: number;
  readonly tcpBeLiberal: boolean;
  /** Undefined, like the next: the kernel's own. */
  readonly udpTimeout: number | undefined;
  readonly udpStreamTimeout: number | undefined;
  /** Of mode userspace: where its sockets are. */
  readonly portRange: PortRange;
}

const DETECT_LOCAL_MODES: readonly DetectLocalMode[] = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'];
const MODES: readonly ProxyMode[] = ['iptables', 'ipvs', 'nftables', 'userspace'];
const MODES_NOT_MODELLED = ['kernelspace'];
/** Those that the kernel has and the proxy may be told to use. */
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh'];
export const PRIMARY = 'primary';
const INERT: Field = { type: 'inert' };

/** By dotted path. */
export const PROXY_FIELDS: Readonly<Record<string, Field>> = {
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
  bindAddress: { type: 'string' },
  bindAddressHardFail: INERT,
  clientConnection: INERT,
  configSyncPeriod: INERT,
  enableProfiling: INERT,
  featureGates: { type: 'inert', unsupported: 'feature gates of kube-proxy are not modelled' },
  healthzBindAddress: INERT,
  hostnameOverride: INERT,
  'ipvs.excludeCIDRs': INERT,
  'ipvs.minSyncPeriod': { type: 'seconds' },
  'ipvs.scheduler': { type: 'string', allowed: ['', ...SCHEDULERS] },
  'ipvs.strictARP': { type: 'boolean' },
  'ipvs.syncPeriod': { type: 'seconds' },
  'ipvs.tcpFinTimeout': { type: 'seconds' },
  'ipvs.tcpTimeout': { type: 'seconds' },
  'ipvs.udpTimeout': { type: 'seconds' },
  logging: INERT,
  metricsBindAddress: INERT,
  'nftables.masqueradeAll': { type: 'boolean' },
  'nftables.masqueradeBit': { type: 'integer' },
  'nftables.minSyncPeriod': { type: 'seconds' },
  'nftables.syncPeriod': { type: 'seconds' },
  oomScoreAdj: INERT,
  portRange: { type: 'string' },
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
  const values = readFields(cluster.kubeProxy.config, PROXY_FIELDS, 'kubeProxy.config');
  const mode = modeOf(values.string('mode') || cluster.kubeProxy.mode);
  if (mode === 'userspace' && cluster.serviceCIDRs.some((cidr) => cidr.includes(':')))
    throw unsupported('userspace-ipv6', 'kube-proxy of mode userspace with IPv6 or dual stack Services is not modelled');
  const section = mode === 'nftables' ? 'nftables' : 'iptables';
  const nodePortAddresses = checkCidrs(values.strings('nodePortAddresses') ?? [], 'nodePortAddresses');
  const masqueradeBit = values.number(`${section}.masqueradeBit`) ?? 14;
  if (masqueradeBit < 0 || masqueradeBit > 31) {
    throw inputError('bad-value', `kubeProxy.config.${section}.masqueradeBit: ${masqueradeBit} must be within the range [0, 31]`);
  }
  return {
    mode,
    clusterCIDRs: checkCidrs(values.strings('clusterCIDR') ?? cluster.podCIDRs, 'clusterCIDR'),
    detectLocalMode: (values.string('detectLocalMode') || 'ClusterCIDR') as DetectLocalMode,
    bridgeInterface: values.string('detectLocal.bridgeInterface') ?? '',
    interfaceNamePrefix: values.string('detectLocal.interfaceNamePrefix') ?? '',
    masqueradeAll: values.boolean(`${section}.masqueradeAll`) ?? false,
    masqueradeBit,
    localhostNodePorts:
      mode === 'iptables' && (values.boolean('iptables.localhostNodePorts') ?? true) && includesLoopback(nodePortAddresses),
    nodePortAddresses: nodePortAddresses.length === 0 && mode === 'nftables' ? [PRIMARY] : nodePortAddresses,
    ipvsScheduler: values.string('ipvs.scheduler') || 'rr',
    ipvsTimeouts: ipvsTimeouts(values),
    strictARP: values.boolean('ipvs.strictARP') ?? false,
    tcpEstablishedTimeout: values.number('conntrack.tcpEstablishedTimeout') ?? 86400,
    tcpCloseWaitTimeout: values.number('conntrack.tcpCloseWaitTimeout') ?? 3600,
    tcpBeLiberal: values.boolean('conntrack.tcpBeLiberal') ?? false,
    // Zero leaves the kernel's value.
    udpTimeout: values.number('conntrack.udpTimeout') || undefined,
    udpStreamTimeout: values.number('conntrack.udpStreamTimeout') || undefined,
    portRange: proxyPortRange(mode, values.string('portRange') ?? '', values.string('bindAddress') ?? ''),
  };
}

/** Those of zero are the kernel's. */
function ipvsTimeouts(values: ReturnType<typeof readFields>): IpvsTimeouts {
  const [tcp, tcpFin, udp] = ['tcpTimeout', 'tcpFinTimeout', 'udpTimeout'].map((field) => values.number(`ipvs.${field}`) ?? 0);
  return { ...(tcp ? { tcp } : {}), ...(tcpFin ? { tcpFin } : {}), ...(udp ? { udp } : {}) };
}

/** Of the other modes neither field decides anything. */
function proxyPortRange(mode: ProxyMode, range: string, bindAddress: string): PortRange {
  if (mode !== 'userspace') return EPHEMERAL;
  if (!['', '0.0.0.0', '::'].includes(bindAddress))
    throw unsupported('bind-address', `kubeProxy.config.bindAddress: mode userspace on ${bindAddress} alone is not modelled`);
  return readPortRange(range);
}

/** As k8s.io/apimachinery pkg/util/net/port_range.go reads it. */
function readPortRange(text: string): PortRange {
  if (text.trim() === '' || /^\s*0(-0)?\s*$/.test(text)) return EPHEMERAL;
  const [, low, sign, high] = /^\s*(\d+)(?:([-+])(\d+))?\s*$/.exec(text) ?? [];
  const first = Number(low);
  const last = sign === undefined ? first : sign === '-' ? Number(high) : first + Number(high);
  if (low !== undefined && first > 0 && first <= last && last <= 65535) return { first, last };
  throw inputError('bad-value', `kubeProxy.config.portRange: ${JSON.stringify(text)} is not a port range`, {
    fix: 'write it as 40000-41000',
  });
}

function modeOf(mode: string): ProxyMode {
  const known = MODES.find((one) => one === mode);
  if (known !== undefined || mode === '') return known ?? 'iptables';
  if (MODES_NOT_MODELLED.includes(mode)) throw unsupported('kube-proxy-mode', `kube-proxy's mode "${mode}" is not modelled`);
  const near = nearest(mode, [...MODES, ...MODES_NOT_MODELLED]);
  throw inputError('unknown-mode', `unknown kube-proxy mode ${JSON.stringify(mode)}`, {
    fix: near === undefined ? 'known modes: iptables, ipvs, nftables, userspace' : `did you mean ${near}?`,
  });
}

function checkCidrs(cidrs: readonly string[], field: string): readonly string[] {
  if (field === 'nodePortAddresses' && cidrs.includes(PRIMARY)) {
    if (cidrs.length === 1) return cidrs;
    throw inputError('bad-value', `kubeProxy.config.${field}: "${PRIMARY}" must stand alone`);
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
  if (cidrs.includes(PRIMARY)) return false;
  const loopback = parseIpv4('127.0.0.1') as Ip;
  const own = cidrs.map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined && typeof cidr.ip === 'number');
  return own.length === 0 || own.some((cidr) => cidr !== undefined && cidrContains(cidr, loopback));
}
