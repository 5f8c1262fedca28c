/** The Service `kubernetes` with its endpoints in both forms: what the API servers write for themselves (pkg/controlplane/reconcilers). */
import { familyOfText } from '../../base/ip-family.js';
import type { Endpoints, EndpointSlice, Service } from '../../api/types/core.js';

const API_SERVER_PORT = 6443;

/** `servers` are the addresses of the API servers. */
export function kubernetesObjects(clusterIP: string, servers: readonly string[]): readonly [Service, Endpoints, EndpointSlice] {
  return [serviceOf(clusterIP), endpointsOf(servers), sliceOf(servers)];
}

function serviceOf(clusterIP: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [familyOfText(clusterIP)],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: API_SERVER_PORT }],
    },
    status: { loadBalancer: {} },
  };
}

function endpointsOf(servers: readonly string[]): Endpoints {
  const ports = [{ name: 'https', protocol: 'TCP' as const, port: API_SERVER_PORT }];
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: servers.length === 0 ? [] : [{ addresses: servers.map((ip) => ({ ip })), ports }],
  };
}

function sliceOf(servers: readonly string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: familyOfText(servers[0] ?? ''),
    endpoints: servers.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'https', protocol: 'TCP', port: API_SERVER_PORT }],
  };
}
