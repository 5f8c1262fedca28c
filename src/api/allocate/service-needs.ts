/** What a Service's type asks the API server to hand out (Kubernetes v1.34 `pkg/api/service` and `pkg/registry/core/service/storage`). */
import type { Service, ServiceSpec } from '../types/core.js';

/** An address of its own: every type but ExternalName, unless headless. */
export function needsClusterIp(spec: ServiceSpec): boolean {
  return spec.type !== 'ExternalName' && !isHeadless(spec);
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None';
}

/** May carry node ports. */
export function takesNodePorts(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Gets node ports that were not asked for. */
export function allocatesNodePorts(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

export function needsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Reachable from outside the cluster, so that externalTrafficPolicy means something. */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return takesNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
}

/** Every node port a Service holds, the health check's included. */
export function heldNodePorts(service: Service): number[] {
  const ports = (service.spec.ports ?? []).map((port) => port.nodePort ?? 0);
  return [...ports, service.spec.healthCheckNodePort ?? 0].filter((port) => port > 0);
}

export function heldClusterIps(service: Service): readonly string[] {
  return needsClusterIp(service.spec) ? (service.spec.clusterIPs ?? []) : [];
}
