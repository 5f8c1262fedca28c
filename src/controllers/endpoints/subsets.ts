/**
 * A Service's pods as the subsets of its Endpoints (pkg/controller/endpoint, pkg/api/v1/endpoints RepackSubsets): addresses that serve the same ports stand
 * in one subset, ports that are served by the same addresses too. Upstream sorts ports and subsets by a hash of their content; here ports stand in
 * the Service's order and subsets in that of their first port.
 */
import { compareText } from '../../api/object/key.js';
import { podIpOf } from '../../api/object/pod-ips.js';
import { isPodReady, isPodTerminal } from '../../api/object/pod-state.js';
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '../../api/types/core.js';
import { endpointPorts } from '../endpointslice/endpoint-ports.js';
import { isNamed } from '../endpointslice/pod-endpoint.js';

interface Member {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

interface Served {
  readonly port: EndpointPort | undefined;
  readonly members: Member[];
}

export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const byPort = new Map<string, Served>();
  for (const pod of pods) {
    const member = memberOf(service, pod);
    if (member === undefined) continue;
    for (const port of portsOf(service, pod)) {
      const key = JSON.stringify(port ?? null);
      const served = byPort.get(key);
      if (served === undefined) byPort.set(key, { port, members: [member] });
      else served.members.push(member);
    }
  }
  return repack([...byPort.values()].sort((a, b) => orderOf(service, a.port) - orderOf(service, b.port)));
}

/** Nothing for a pod without an address of the Service's first family, for one that is over, and for one on its way out. */
function memberOf(service: Service, pod: Pod): Member | undefined {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const everybody = service.spec.publishNotReadyAddresses === true;
  const ip = podIpOf(pod, service.spec.ipFamilies?.[0] ?? 'IPv4');
  if (ip === undefined || isPodTerminal(pod) || (deletionTimestamp !== undefined && !everybody)) return undefined;
  const address: EndpointAddress = {
    ip,
    ...(isNamed(service, pod) ? { hostname: pod.spec.hostname } : {}),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
  return { address, ready: everybody || isPodReady(pod) };
}

/** A headless Service may have no ports, and its Endpoints then have none. */
function portsOf(service: Service, pod: Pod): readonly (EndpointPort | undefined)[] {
  if ((service.spec.ports ?? []).length === 0) return service.spec.clusterIP === 'None' ? [undefined] : [];
  return endpointPorts(service, pod).map(({ name, ...port }) => (name === '' ? port : { name, ...port }));
}

function orderOf({ spec }: Service, port: EndpointPort | undefined): number {
  return (spec.ports ?? []).findIndex(({ name, protocol = 'TCP' }) => (name ?? '') === (port?.name ?? '') && protocol === port?.protocol);
}

function repack(served: readonly Served[]): readonly EndpointSubset[] {
  const bySet = new Map<string, { readonly members: readonly Member[]; readonly ports: EndpointPort[] }>();
  for (const { port, members } of served) {
    members.sort((a, b) => compareText(a.address.ip, b.address.ip));
    const key = members.map(({ address, ready }) => `${address.ip} ${address.targetRef?.uid} ${ready}`).join();
    const subset = bySet.get(key) ?? { members, ports: [] };
    if (port !== undefined) subset.ports.push(port);
    bySet.set(key, subset);
  }
  return [...bySet.values()].map(({ members, ports }) => ({
    ...listed('addresses', members, true),
    ...listed('notReadyAddresses', members, false),
    ...(ports.length === 0 ? {} : { ports }),
  }));
}

function listed(field: 'addresses' | 'notReadyAddresses', members: readonly Member[], ready: boolean): EndpointSubset {
  const addresses = members.filter((member) => member.ready === ready).map(({ address }) => address);
  return addresses.length === 0 ? {} : { [field]: addresses };
}
