/**
 * What stands in a fresh cluster before a user does anything: the system namespaces, a Node for each machine (as its kubelet registered it),
 * and the `kubernetes` Service with the API servers as endpoints.
 */
import type { ClusterNode, ClusterSpec } from '../api/cluster.js';
import type { Store } from '../api/store.js';
import type { EndpointSlice, Namespace, Node, Service } from '../api/types/core.js';

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const API_SERVER_PORT = 6443;

export function bootstrap(store: Store, cluster: ClusterSpec): void {
  for (const name of SYSTEM_NAMESPACES) {
    store.create<Namespace>({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      status: { phase: 'Active' },
    });
  }
  for (const node of cluster.nodes) store.create(nodeObject(node));
  store.create(kubernetesService(store.firstServiceAddress));
  store.create(kubernetesEndpoints(cluster));
}

export function nodeObject(node: ClusterNode): Node {
  const { name, podCIDRs } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...node.labels },
    },
    spec: {
      ...(podCIDRs === undefined ? {} : { podCIDR: podCIDRs[0], podCIDRs }),
      ...(node.taints.length === 0 ? {} : { taints: node.taints }),
    },
    status: {
      addresses: [
        ...node.addresses.map((address) => ({ type: 'InternalIP' as const, address })),
        ...node.externalAddresses.map((address) => ({ type: 'ExternalIP' as const, address })),
        { type: 'Hostname', address: name },
      ],
      capacity: node.capacity,
      allocatable: node.capacity,
    },
  };
}

function kubernetesService(clusterIP: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [clusterIP.includes(':') ? 'IPv6' : 'IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: API_SERVER_PORT }],
    },
    status: { loadBalancer: {} },
  };
}

function kubernetesEndpoints(cluster: ClusterSpec): EndpointSlice {
  const servers = cluster.nodes.filter((node) => node.roles.includes('control-plane'));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: servers.map((node) => ({ addresses: [node.addresses[0] as string], conditions: { ready: true } })),
    ports: [{ name: 'https', protocol: 'TCP', port: API_SERVER_PORT }],
  };
}
