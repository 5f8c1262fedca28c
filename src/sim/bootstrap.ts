/**
 * What stands in a fresh cluster before a user does anything: the system namespaces, a Node for each machine (as its kubelet registered it),
 * and the `kubernetes` Service with the API servers as endpoints.
 */
import { familyOfText } from '../base/ip-family.js';
import type { ClusterNode, ClusterSpec } from '../api/cluster.js';
import type { Store } from '../api/store.js';
import type { Namespace, Node } from '../api/types/core.js';
import { kubernetesObjects } from '../controllers/kubernetes-service/kubernetes-objects.js';

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

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
  for (const object of kubernetesObjects(store.firstServiceAddress, apiServers(cluster))) store.create(object);
}

/** The addresses of the API servers: one on each node of the control plane, of the family of the Services' first range. */
export function apiServers({ nodes, serviceCIDRs }: ClusterSpec): readonly string[] {
  const family = familyOfText(serviceCIDRs[0] ?? '');
  const masters = nodes.filter((node) => node.roles.includes('control-plane'));
  return masters.flatMap(({ addresses }) => addresses.find((address) => familyOfText(address) === family) ?? addresses[0] ?? []);
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
