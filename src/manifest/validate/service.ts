/** Services (Kubernetes v1.34 `pkg/apis/core/validation`, ValidateService and ValidateServiceUpdate). */
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from '../../api/allocate/service-needs.js';
import { duplicateValue, forbiddenField, invalidValue, requiredValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { Service, ServicePort, ServiceSpec } from '../../api/types/core.js';
import { dns1123Subdomain, qualifiedName } from '../../api/name-syntax.js';
import { labelCauses } from '../../api/label-causes.js';
import { cidr, ipAddress, nameOfLabel, nonSpecialIp, oneOf, portNumber, portNumberOrName, PROTOCOLS } from './shared-rules.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITY_SECONDS_MAX = 86_400;

export function validateService({ spec }: Service): Cause[] {
  const ports = spec.ports ?? [];
  const causes: Cause[] = [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName')
    causes.push(requiredValue('spec.ports', '', 'name at least one port'));
  causes.push(...validateType(spec), ...ports.flatMap((port, i) => validatePort(port, i, ports)));
  causes.push(...labelCauses('spec.selector', spec.selector), ...validateAffinity(spec), ...validateClusterIps(spec));
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) {
    const malformed = ipAddress(`spec.externalIPs[${i}]`, ip);
    causes.push(...(malformed.length > 0 ? malformed : nonSpecialIp(`spec.externalIPs[${i}]`, ip)));
  }
  causes.push(...oneOf('spec.type', spec.type, TYPES), ...validateNodePorts(spec.type, ports), ...duplicatePorts(ports));
  return [...causes, ...validateBalancer(spec), ...validatePolicies(spec)];
}

export function validateServiceUpdate(service: Service, before: Service): Cause[] {
  const [now, old] = [service.spec, before.spec];
  if (now.type === 'ExternalName' || old.type === 'ExternalName') return [];
  const causes = [...unchangeable('clusterIPs', now, old), ...(isHeadless(now) ? [] : unchangeable('ipFamilies', now, old))];
  const { healthCheckNodePort } = now;
  if (
    needsHealthCheckPort(now) &&
    needsHealthCheckPort(old) &&
    healthCheckNodePort !== undefined &&
    healthCheckNodePort !== old.healthCheckNodePort
  ) {
    causes.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
  }
  if (old.type === 'LoadBalancer' && now.type === 'LoadBalancer' && now.loadBalancerClass !== old.loadBalancerClass)
    causes.push(
      invalidValue('spec.loadBalancerClass', now.loadBalancerClass ?? 'null', 'may not change once set', 'delete the Service first'),
    );
  return causes;
}

/** The first for good, the second for as long as there is one. Which place is named is the server's way for each field. */
function unchangeable(field: 'clusterIPs' | 'ipFamilies', spec: ServiceSpec, before: ServiceSpec): Cause[] {
  const [now, old] = [spec[field], before[field]];
  if (now === undefined || (field === 'clusterIPs' && isHeadless(spec) && isHeadless(before))) return [];
  const changed = now.length === old?.length ? now.flatMap((one, i) => (one === old[i] ? [] : [i])) : now[0] === old?.[0] ? [] : [0];
  const fix = field === 'clusterIPs' ? 'delete the Service first' : undefined;
  return changed.map((i) => invalidValue(`spec.${field}[${field === 'clusterIPs' ? i : 0}]`, now, 'may not change once set', fix));
}

function validateType(spec: ServiceSpec): Cause[] {
  const { type, clusterIPs = [], externalName = '' } = spec;
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    return [invalidValue('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const forbidden = (['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const).filter((field) => (spec[field]?.length ?? 0) > 0);
  const cname = externalName.replace(/\.$/, '');
  const name =
    cname === ''
      ? [requiredValue('spec.externalName')]
      : dns1123Subdomain(cname).map((detail) => invalidValue('spec.externalName', cname, detail));
  return [...forbidden.map((field) => forbiddenField(`spec.${field}`, 'may not be set for ExternalName services')), ...name];
}

function validatePort(port: ServicePort, i: number, ports: readonly ServicePort[]): Cause[] {
  const path = `spec.ports[${i}]`;
  const causes: Cause[] = [];
  if (port.name) {
    causes.push(...nameOfLabel(`${path}.name`, port.name));
    if (ports.findIndex(({ name }) => name === port.name) < i) causes.push(duplicateValue(`${path}.name`, port.name));
  } else if (ports.length > 1) causes.push(requiredValue(`${path}.name`, '', 'a Service with several ports needs a name for each'));
  causes.push(...portNumber(`${path}.port`, port.port ?? 0), ...oneOf(`${path}.protocol`, port.protocol, PROTOCOLS));
  causes.push(...portNumberOrName(`${path}.targetPort`, port.targetPort ?? 0));
  const { appProtocol } = port;
  return appProtocol === undefined
    ? causes
    : [...causes, ...qualifiedName(appProtocol).map((detail) => invalidValue(`${path}.appProtocol`, appProtocol, detail))];
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): Cause[] {
  const causes = oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined)
    causes.push(forbiddenField(path, 'must not be set when session affinity is None'));
  if (sessionAffinity !== 'ClientIP') return causes;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) return [...causes, requiredValue(path, 'when session affinity type is ClientIP')];
  if (seconds > 0 && seconds <= AFFINITY_SECONDS_MAX) return causes;
  return [
    ...causes,
    invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`),
  ];
}

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy among themselves. */
function validateClusterIps(spec: ServiceSpec): Cause[] {
  const { type, clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (type === 'ExternalName') return [];
  const causes: Cause[] = [];
  if (clusterIP !== undefined && clusterIPs[0] !== clusterIP)
    causes.push(invalidValue('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  for (const [i, family] of ipFamilies.entries()) {
    causes.push(...oneOf(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']));
    if (ipFamilies.indexOf(family) < i) causes.push(duplicateValue(`spec.ipFamilies[${i}]`, family));
  }
  if (ipFamilyPolicy !== undefined)
    causes.push(...oneOf('spec.ipFamilyPolicy', ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']));
  for (const [i, ip] of clusterIPs.entries()) causes.push(...validateClusterIp(ip, i, clusterIPs, ipFamilies[i]));
  if (clusterIPs.length > 2) causes.push(invalidValue('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values'));
  return causes;
}

function validateClusterIp(ip: string, i: number, all: readonly string[], family: string | undefined): Cause[] {
  const path = `spec.clusterIPs[${i}]`;
  if (ip === 'None')
    return all.length > 1 && i === 0 ? [invalidValue('spec.clusterIPs', all, "'None' must be the first and only value")] : [];
  const malformed = ipAddress(path, ip);
  if (malformed.length > 0 || family === undefined) return malformed;
  const isV6 = ip.includes(':');
  return isV6 === (family === 'IPv6') ? [] : [invalidValue(path, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)];
}

function validateNodePorts(type: string | undefined, ports: readonly ServicePort[]): Cause[] {
  const seen = new Set<string>();
  return ports.flatMap(({ nodePort, protocol }, i) => {
    if (nodePort === undefined) return [];
    const path = `spec.ports[${i}].nodePort`;
    const key = `${protocol}/${nodePort}`;
    const causes = type === 'ClusterIP' ? [forbiddenField(path, "may not be used when `type` is 'ClusterIP'")] : [];
    if (seen.has(key)) causes.push(duplicateValue(path, nodePort));
    seen.add(key);
    return causes;
  });
}

function duplicatePorts(ports: readonly ServicePort[]): Cause[] {
  const seen = new Set<string>();
  return ports.flatMap(({ port, protocol }, i) => {
    const key = `${protocol}/${port}`;
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    const causes = seen.has(key) ? [duplicateValue(`spec.ports[${i}]`, shown)] : [];
    seen.add(key);
    return causes;
  });
}

function validateBalancer(spec: ServiceSpec): Cause[] {
  const { type, loadBalancerSourceRanges = [], allocateLoadBalancerNodePorts, loadBalancerClass } = spec;
  const only = "may only be used when `type` is 'LoadBalancer'";
  const path = 'spec.LoadBalancerSourceRanges';
  const causes = loadBalancerSourceRanges.length > 0 && type !== 'LoadBalancer' ? [forbiddenField(path, only)] : [];
  causes.push(...loadBalancerSourceRanges.flatMap((range, i) => cidr(`${path}[${i}]`, range.trim())));
  if (allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer')
    causes.push(forbiddenField('spec.allocateLoadBalancerNodePorts', only));
  if (loadBalancerClass === undefined) return causes;
  if (type !== 'LoadBalancer') return [...causes, forbiddenField('spec.loadBalancerClass', only)];
  return [
    ...causes,
    ...qualifiedName(loadBalancerClass).map((detail) => invalidValue('spec.loadBalancerClass', loadBalancerClass, detail)),
  ];
}

const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function validatePolicies(spec: ServiceSpec): Cause[] {
  const { externalTrafficPolicy, internalTrafficPolicy, healthCheckNodePort, trafficDistribution } = spec;
  const causes: Cause[] = [];
  const words = ['Cluster', 'Local'];
  if (isExternallyAccessible(spec)) causes.push(...oneOf('spec.externalTrafficPolicy', externalTrafficPolicy, words));
  else if (externalTrafficPolicy !== undefined) {
    causes.push(invalidValue('spec.externalTrafficPolicy', externalTrafficPolicy, 'may only be set for externally-accessible services'));
  }
  if (healthCheckNodePort !== undefined && healthCheckNodePort !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (!needsHealthCheckPort(spec)) causes.push(invalidValue('spec.healthCheckNodePort', healthCheckNodePort, detail));
    else causes.push(...portNumber('spec.healthCheckNodePort', healthCheckNodePort));
  }
  if (internalTrafficPolicy !== undefined) causes.push(...oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, words));
  if (trafficDistribution !== undefined) causes.push(...oneOf('spec.trafficDistribution', trafficDistribution, DISTRIBUTIONS));
  return causes;
}
