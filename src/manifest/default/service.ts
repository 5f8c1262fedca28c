/** Defaults of Services (Kubernetes v1.34 `pkg/apis/core/v1/defaults.go`, SetDefaults_Service); addresses and ports are the store's to give. */
import { isExternallyAccessible } from '../../api/allocate/service-needs.js';
import { ensure, type Fields, inner, listOf, setDefault } from './fields.js';

const AFFINITY_SECONDS = 10_800;

export function defaultService(service: Fields): void {
  const spec = ensure(service, 'spec');
  setDefault(spec, 'sessionAffinity', 'None');
  if (spec['sessionAffinity'] === 'ClientIP')
    setDefault(ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', AFFINITY_SECONDS);
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  setDefault(spec, 'type', 'ClusterIP');
  for (const port of listOf(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '') port['targetPort'] = port['port'];
    if (port['nodePort'] === 0) delete port['nodePort'];
  }
  if (isExternallyAccessible(spec)) setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec['type'] !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (spec['type'] === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  normaliseClusterIps(spec);
  for (const ingress of listOf(inner(inner(service, 'status'), 'loadBalancer'), 'ingress')) {
    if (ingress['ip'] !== undefined) setDefault(ingress, 'ipMode', 'VIP');
  }
}

/** clusterIP and the first of clusterIPs are the same; either may be given alone. */
function normaliseClusterIps(spec: Fields): void {
  if (spec['clusterIP'] === '') delete spec['clusterIP'];
  const { clusterIP, clusterIPs } = spec as { clusterIP?: string; clusterIPs?: string[] };
  if (clusterIP !== undefined && (clusterIPs === undefined || clusterIPs.length === 0)) spec['clusterIPs'] = [clusterIP];
  else if (clusterIP === undefined && clusterIPs?.[0] !== undefined) spec['clusterIP'] = clusterIPs[0];
}
