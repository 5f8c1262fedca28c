/** Builders for the tests of src/node: a cluster, its objects, and a view of them. Only tests import this. */
import type { ClusterNode, ClusterSpec } from '../../api/cluster.js';
import type { Endpoint, EndpointSlice, Namespace, Node, Pod, Service, ServicePort, ServiceSpec } from '../../api/types/core.js';
import type { Kind, Kinds } from '../../api/types/kinds.js';
import type { StoreView } from '../../api/view.js';
import type { NodeContext, NodeUplink } from '../agent.js';

export interface ClusterWish {
  readonly nodes?: number | undefined;
  readonly cni?: ClusterSpec['cni'] | undefined;
  readonly kubeProxy?: Readonly<Record<string, unknown>> | undefined;
  readonly mode?: string | undefined;
  readonly underlay?: ClusterSpec['underlay'] | undefined;
  readonly externals?: ClusterSpec['externals'] | undefined;
}

/** node1, node2 … at 192.168.1.10, .20 …, pod ranges 10.244.1.0/24, 10.244.2.0/24 … */
export function testCluster(wish: ClusterWish = {}): ClusterSpec {
  return {
    name: 'test',
    kubernetesVersion: '1.34',
    podCIDRs: ['10.244.0.0/16'],
    serviceCIDRs: ['10.96.0.0/12'],
    seed: 1,
    nodes: Array.from({ length: wish.nodes ?? 3 }, (_, i) => clusterNode(i + 1)),
    underlay: wish.underlay ?? { kind: 'l2', mtu: 1500 },
    cni: wish.cni ?? { name: 'flannel', config: {} },
    kubeProxy: { mode: wish.mode ?? 'iptables', config: wish.kubeProxy ?? {} },
    externals: wish.externals ?? [],
    loadBalancer: { kind: 'none', pool: undefined },
  };
}

function clusterNode(i: number): ClusterNode {
  return {
    name: `node${i}`,
    roles: ['worker'],
    addresses: [`192.168.${1 + Math.floor(i / 25)}.${(i % 25) * 10}`],
    externalAddresses: [],
    podCIDRs: [`10.244.${i}.0/24`],
    labels: {},
    taints: [],
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
    sysctls: {},
  };
}

export function nodeObject(node: ClusterNode): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: node.labels },
    spec: { podCIDRs: node.podCIDRs },
    status: { addresses: node.addresses.slice(0, 1).map((address) => ({ type: 'InternalIP', address })) },
  };
}

export function runningPod(name: string, node: string, podIP: string, more: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: node, containers: [{ name: 'main' }], ...more },
    status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }] },
  };
}

export function service(name: string, spec: ServiceSpec, vips: readonly string[] = []): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec,
    status: { loadBalancer: { ingress: vips.map((ip) => ({ ip })) } },
  };
}

/** `at` is `ip@node`, with `!ready`, `!serving`, `~` (serving but terminating) as suffixes. */
export function slice(
  serviceName: string,
  port: Pick<ServicePort, 'name' | 'protocol'> & { readonly target: number },
  at: readonly string[],
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${serviceName}-${port.name ?? 'x'}`, namespace: 'default', labels: { 'kubernetes.io/service-name': serviceName } },
    addressType: 'IPv4',
    endpoints: at.map(endpoint),
    ports: [{ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: port.target }],
  };
}

function endpoint(text: string): Endpoint {
  const [, ip, nodeName, mark] = /^([\d.]+)@([a-z0-9]+)(!ready|!serving|~)?$/.exec(text) as unknown as [
    string,
    string,
    string,
    string | undefined,
  ];
  const terminating = mark === '~';
  return { addresses: [ip], nodeName, conditions: { ready: mark === undefined, serving: mark === undefined || terminating, terminating } };
}

/** A view of the given objects and the cluster's nodes. */
export function viewOf(cluster: ClusterSpec, objects: readonly (Pod | Service | EndpointSlice)[]): StoreView {
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  const all = [namespace, ...cluster.nodes.map(nodeObject), ...objects];
  const lists = new Map<Kind, readonly Kinds[Kind][]>();
  const list = <K extends Kind>(kind: K): readonly Kinds[K][] => {
    if (!lists.has(kind))
      lists.set(
        kind,
        all.filter((o) => o.kind === kind).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
      );
    return lists.get(kind) as readonly Kinds[K][];
  };
  return {
    revision: 1,
    get: (kind, namespace, name) => list(kind).find((o) => o.metadata.name === name && o.metadata.namespace === namespace),
    list: (kind, namespace) => (namespace === undefined ? list(kind) : list(kind).filter((o) => o.metadata.namespace === namespace)),
    kindRevision: () => 1,
    origin: {},
    changesFrom: () => [],
  };
}

export function contextOf(cluster: ClusterSpec, view: StoreView, name = 'node1'): NodeContext {
  const node = view.get('Node', undefined, name) as Node;
  return { node, view, cluster, uplink: uplinkOf(cluster, name) };
}

/** On an l2 underlay of one /24. */
function uplinkOf(cluster: ClusterSpec, name: string): NodeUplink {
  const length = cluster.underlay.kind === 'routed' ? 32 : 24;
  const addresses = cluster.nodes.find((node) => node.name === name)?.addresses ?? [];
  return {
    links: [
      {
        name: 'eth0',
        kind: 'veth',
        mtu: cluster.underlay.mtu,
        addr: addresses.map((a) => `${a}/${length}`),
        peer: { netns: 'fabric.net', name },
      },
    ],
    routes: ['default via 192.168.1.1 dev eth0'],
  };
}
