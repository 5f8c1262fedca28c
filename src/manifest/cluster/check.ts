/** What can be wrong with a cluster file's values once its fields are known: names, addresses, ranges, words. */
import { type Cidr, cidrContains, cidrOverlaps, parseCidr } from '../../base/cidr.js';
import { parseIp } from '../../base/ip.js';
import { nearest } from '../../base/nearest.js';
import type { ClusterDns } from '../../api/cluster.js';
import { isDns1123Subdomain } from '../../api/name-syntax.js';

/** One thing wrong, at a path such as `spec.nodes[0].podCIDR`. */
export interface ClusterProblem {
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export interface RawNode {
  readonly name?: string;
  readonly roles?: readonly string[];
  readonly addresses?: readonly string[];
  readonly externalAddresses?: readonly string[];
  readonly podCIDR?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly {
    readonly key: string;
    readonly value?: string;
    readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  }[];
  readonly capacity?: Readonly<Record<string, string>>;
  readonly sysctls?: Readonly<Record<string, unknown>>;
}

export interface RawExternal {
  readonly name?: string;
  readonly address?: string;
  readonly addresses?: readonly string[];
}

export interface RawSpec {
  readonly kubernetesVersion?: string | number;
  readonly podCIDR?: string;
  readonly serviceCIDR?: string;
  readonly nodePortRange?: string;
  readonly seed?: number;
  readonly nodes?: readonly RawNode[];
  readonly underlay?: { readonly kind?: string; readonly mtu?: number };
  readonly cni?: { readonly name?: string; readonly config?: unknown };
  readonly kubeProxy?: { readonly mode?: string; readonly config?: unknown };
  readonly externals?: readonly RawExternal[];
  readonly loadBalancer?: { readonly kind?: string; readonly pool?: string; readonly ipMode?: string; readonly targets?: string };
  readonly dns?: ClusterDns;
}

export const UNDERLAYS = ['l2', 'routed', 'vpc'] as const;
export const BALANCERS = ['none', 'cloud', 'metallb-l2', 'metallb-bgp'] as const;
const IP_MODES = ['VIP', 'Proxy'] as const;
const TARGETS = ['nodes', 'pods'] as const;
export const PROXY_MODES = ['iptables', 'ipvs', 'nftables', 'userspace', 'none'] as const;
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
const NODES_MAX = 5000;

/** Every problem, in the order of the file's fields. */
export function checkCluster(spec: RawSpec): readonly ClusterProblem[] {
  const problems: ClusterProblem[] = [];
  const add = (path: string, message: string, fix: string): void => void problems.push({ path, message, fix });
  const pods = checkCidrs('podCIDR', spec.podCIDR, add);
  const services = checkCidrs('serviceCIDR', spec.serviceCIDR, add);
  if (pods.some((pod) => services.some((service) => cidrOverlaps(pod, service)))) {
    add('serviceCIDR', 'serviceCIDR and podCIDR overlap', 'choose ranges that have no address in common');
  }
  checkVersion(spec.kubernetesVersion, add);
  checkPortRange(spec.nodePortRange, add);
  checkNodes(spec.nodes ?? [], pods, add);
  checkWord('underlay.kind', spec.underlay?.kind, UNDERLAYS, add);
  const mtu = spec.underlay?.mtu;
  if (mtu !== undefined && (mtu < 576 || mtu > 65535)) add('underlay.mtu', `mtu ${mtu} is not between 576 and 65535`, 'write 1500 or 9000');
  checkWord('kubeProxy.mode', spec.kubeProxy?.mode, PROXY_MODES, add);
  checkFields('kubeProxy.config', spec.kubeProxy?.config, add);
  checkFields('cni.config', spec.cni?.config, add);
  checkExternals(spec.externals ?? [], add);
  checkWord('loadBalancer.kind', spec.loadBalancer?.kind, BALANCERS, add);
  checkNameServers('dns.clusterDNS', spec.dns?.clusterDNS ?? [], add);
  checkNameServers('dns.nameservers', spec.dns?.nameservers ?? [], add);
  checkWord('loadBalancer.ipMode', spec.loadBalancer?.ipMode, IP_MODES, add);
  checkTargets(spec.loadBalancer ?? {}, add);
  checkCidrs('loadBalancer.pool', spec.loadBalancer?.pool, add);
  return problems;
}

function checkNameServers(path: string, addresses: readonly string[], add: Add): void {
  for (const [i, address] of addresses.entries())
    if (parseIp(address) === undefined) add(`${path}[${i}]`, `"${address}" is not an IP address`, 'write it like 10.96.0.10');
}

function checkTargets({ kind, ipMode, targets }: NonNullable<RawSpec['loadBalancer']>, add: Add): void {
  checkWord('loadBalancer.targets', targets, TARGETS, add);
  if (targets !== 'pods') return;
  if (kind !== 'cloud') add('loadBalancer.targets', "pods are targets of a cloud's balancer alone", 'set kind: cloud');
  if (ipMode === 'VIP')
    add(
      'loadBalancer.ipMode',
      'a balancer that passes packets on as they are cannot send them to pods',
      'write ipMode: Proxy, or leave it out',
    );
}

type Add = (path: string, message: string, fix: string) => void;

function checkCidrs(path: string, text: string | undefined, add: Add): readonly Cidr[] {
  const parsed: Cidr[] = [];
  for (const part of text?.split(',') ?? []) {
    const cidr = parseCidr(part.trim());
    if (cidr === undefined) add(path, `"${part.trim()}" is not a CIDR`, 'write it like 10.244.0.0/16, or two with a comma for dual stack');
    else parsed.push(cidr);
  }
  const [a, b, c] = parsed;
  if (a !== undefined && b !== undefined && (c !== undefined || typeof a.ip === typeof b.ip)) {
    add(path, `${path} has two ranges of one family`, 'give one IPv4 and one IPv6 range');
  }
  return parsed;
}

function checkVersion(version: string | number | undefined, add: Add): void {
  if (version === undefined) return;
  // The field takes anything, because YAML makes a number of 1.34.
  const text = typeof version === 'string' ? version : JSON.stringify(version);
  if (!/^v?1\.\d\d(\.\d+)?$/.test(text))
    add('kubernetesVersion', `"${text}" is not a Kubernetes version`, 'write it in quotes like "1.34"');
}

function checkPortRange(range: string | undefined, add: Add): void {
  if (range === undefined) return;
  const m = /^(\d+)-(\d+)$/.exec(range);
  const [first, last] = [Number(m?.[1] ?? 0), Number(m?.[2] ?? 0)];
  if (m === null || first < 1 || last > 65535 || first > last)
    add('nodePortRange', `"${range}" is not a range of ports`, 'write it like 30000-32767');
}

function checkNodes(nodes: readonly RawNode[], pods: readonly Cidr[], add: Add): void {
  if (nodes.length > NODES_MAX) add('nodes', `${nodes.length} nodes are more than ${NODES_MAX}`, `describe at most ${NODES_MAX} nodes`);
  const names = new Map<string, number>();
  const addresses = new Map<string, number>();
  const ranges: { cidr: Cidr; i: number }[] = [];
  for (const [i, node] of nodes.entries()) {
    const path = `nodes[${i}]`;
    checkName(`${path}.name`, node.name, names, i, add);
    for (const [j, address] of (node.addresses ?? []).entries()) checkAddress(`${path}.addresses[${j}]`, address, addresses, i, add);
    for (const [j, address] of (node.externalAddresses ?? []).entries())
      checkAddress(`${path}.externalAddresses[${j}]`, address, addresses, i, add);
    for (const cidr of checkCidrs(`${path}.podCIDR`, node.podCIDR, add)) {
      const other = ranges.find((range) => cidrOverlaps(range.cidr, cidr));
      if (other !== undefined)
        add(
          `${path}.podCIDR`,
          `${node.podCIDR} overlaps the podCIDR of node ${nodes[other.i]?.name ?? other.i + 1}`,
          'give every node a range of its own',
        );
      const outside = pods.length > 0 && !pods.some((pod) => cidrContains(pod, cidr.ip) && pod.length <= cidr.length);
      if (outside)
        add(`${path}.podCIDR`, `${node.podCIDR} is not inside the cluster's podCIDR`, 'choose a part of spec.podCIDR, or leave it out');
      ranges.push({ cidr, i });
    }
    for (const [j, taint] of (node.taints ?? []).entries()) checkWord(`${path}.taints[${j}].effect`, taint.effect, EFFECTS, add);
  }
}

function checkName(path: string, name: string | undefined, seen: Map<string, number>, i: number, add: Add): void {
  if (name === undefined) return;
  if (!isDns1123Subdomain(name)) add(path, `"${name}" is not a node name`, "use lower case letters, digits, '-' and '.', like node1");
  if (seen.has(name)) add(path, `node name "${name}" is used twice`, 'give every node its own name');
  seen.set(name, i);
}

function checkAddress(path: string, address: string, seen: Map<string, number>, i: number, add: Add): void {
  if (parseIp(address) === undefined) add(path, `"${address}" is not an IP address`, 'write it like 192.168.1.10');
  const other = seen.get(address);
  if (other !== undefined && other !== i) add(path, `address ${address} belongs to two nodes`, 'give every node its own address');
  seen.set(address, i);
}

function checkExternals(externals: readonly RawExternal[], add: Add): void {
  for (const [i, { name, address, addresses }] of externals.entries()) {
    const path = `externals[${i}]`;
    if (name === undefined) add(path, 'an external client needs a name', 'write name: laptop');
    if (address !== undefined && addresses !== undefined)
      add(`${path}.address`, 'address and addresses are both given', 'list all in addresses');
    const all = addresses ?? [address ?? ''];
    if (all.length === 0) add(`${path}.addresses`, 'an external client needs an address', 'write addresses: [203.0.113.9]');
    for (const [j, one] of all.entries())
      if (parseIp(one) === undefined)
        add(
          `${path}.${addresses === undefined ? 'address' : `addresses[${j}]`}`,
          `"${one}" is not an IP address`,
          'write it like 203.0.113.9',
        );
  }
}

function checkWord(path: string, word: string | undefined, words: readonly string[], add: Add): void {
  if (word === undefined || words.includes(word)) return;
  const near = nearest(word, words);
  add(
    path,
    `"${word}" is not one of ${words.join(', ')}`,
    near === undefined ? `write one of ${words.join(', ')}` : `did you mean "${near}"?`,
  );
}

function checkFields(path: string, value: unknown, add: Add): void {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return;
  add(path, `${path} must be a map of fields`, 'write `field: value` lines below it');
}
