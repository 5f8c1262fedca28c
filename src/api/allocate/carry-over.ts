/**
 * An update of a Service that leaves out what the server had handed out keeps it, and one that changes the type drops what the new type
 * has no use for (Kubernetes v1.34 `pkg/registry/core/service`: patchAllocatedValues, dropTypeDependentFields).
 */
import { isEqual } from '../equal.js';
import type { Service, ServicePort, ServiceSpec } from '../types/core.js';
import { isExternallyAccessible, needsClusterIp, needsHealthCheckPort, takesNodePorts } from './service-needs.js';

/** What goes with a cluster address, where it is still what the server gave. */
const GIVEN = ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'] as const;

type Spec = { -readonly [K in keyof ServiceSpec]: ServiceSpec[K] };

/** The spec of `service` with what `before` was given and still needs. */
export function carryOver(service: Service, before: Service): ServiceSpec {
  const spec: Spec = { ...service.spec };
  const old = before.spec;
  spec.type ??= 'ClusterIP';
  agreeOnAddress(spec, old);
  if (needsClusterIp(old) && needsClusterIp(spec)) keepAddresses(spec, old);
  if (takesNodePorts(old) && takesNodePorts(spec)) spec.ports = keepNodePorts(spec.ports ?? [], old.ports ?? []);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec)) spec.healthCheckNodePort ??= old.healthCheckNodePort;
  dropUnused(spec, old);
  return spec;
}

/** A change of clusterIP alone is one of clusterIPs too, and the other way round. */
function agreeOnAddress(spec: Spec, old: ServiceSpec): void {
  const { clusterIP, clusterIPs } = spec;
  // Taking the first address away takes the list away, unless that was changed too.
  if (!clusterIP && old.clusterIP && isEqual(clusterIPs, old.clusterIPs)) delete spec.clusterIPs;
  if (!clusterIP || clusterIPs === undefined || clusterIP === clusterIPs[0]) return;
  if (clusterIP === old.clusterIP) spec.clusterIP = clusterIPs[0];
  else if (clusterIPs[0] === old.clusterIPs?.[0]) spec.clusterIPs = clusterIP === 'None' ? ['None'] : [clusterIP, ...clusterIPs.slice(1)];
}

function keepAddresses(spec: Spec, old: ServiceSpec): void {
  spec.clusterIP ??= spec.clusterIPs?.[0] ?? old.clusterIP;
  if (spec.clusterIPs === undefined && spec.clusterIP === old.clusterIP) spec.clusterIPs = old.clusterIPs;
  if (spec.ipFamilyPolicy === undefined && spec.ipFamilies === undefined) {
    spec.ipFamilyPolicy = old.ipFamilyPolicy;
    spec.ipFamilies = old.ipFamilies;
  }
}

/** Ports are told by their names: one that is renamed gets another node port. */
function keepNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): readonly ServicePort[] {
  const held = new Map(old.map((port) => [port.name ?? '', port.nodePort]));
  const used = new Set(ports.map((port) => port.nodePort));
  return ports.map((port) => {
    const nodePort = port.nodePort ?? held.get(port.name ?? '');
    if (port.nodePort !== undefined || nodePort === undefined || used.has(nodePort)) return port;
    used.add(nodePort);
    return { ...port, nodePort };
  });
}

function dropUnused(spec: Spec, old: ServiceSpec): void {
  if (needsClusterIp(old) && spec.type === 'ExternalName') {
    if (isEqual(spec.clusterIPs, old.clusterIPs)) delete spec.clusterIP;
    for (const field of GIVEN) if (isEqual(spec[field], old[field])) delete spec[field];
  }
  if (takesNodePorts(old) && !takesNodePorts(spec)) spec.ports = dropNodePorts(spec.ports ?? [], old.ports ?? []);
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) delete spec.externalTrafficPolicy;
}

/** Node ports that are the old ones are the server's; others were asked for, and validation refuses them. */
function dropNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): readonly ServicePort[] {
  const held = new Set(old.map((port) => port.nodePort));
  return ports.map((port) => {
    if (port.nodePort === undefined || !held.has(port.nodePort)) return port;
    const { nodePort: _, ...rest } = port;
    return rest;
  });
}
