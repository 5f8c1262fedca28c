/**
 * The Services that kube-proxy serves in mode userspace, each by a socket of its own on a port that is picked at random. Source: Kubernetes 1.25, the last with
 * this mode, pkg/proxy/userspace/{proxier,port_allocator,roundrobin}.go. It knows Endpoints, no EndpointSlices, and of those what is ready; policies, source
 * ranges, topology and ipMode it does not know. It has no sockets for SCTP. Here the random port comes from the names of node and Service port.
 */
import { fnv1a32 } from '../../../base/hash.js';
import type { StoreView } from '../../../api/view.js';
import type { PortRange } from '../port-range.js';
import { type ServiceModel, serviceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';

export interface Portal {
  readonly port: ProxyPort;
  /** Where the proxy listens for it. */
  readonly proxyPort: number;
  /** Addresses of its load balancers: every one that the status has. */
  readonly ingressIPs: readonly string[];
}

const kept = new WeakMap<ServiceModel, Map<string, readonly Portal[]>>();

/** In the order of the Services; without those for which no port is left. */
export function portals(view: StoreView, node: string, range: PortRange): readonly Portal[] {
  const model = serviceModel(view, 'IPv4');
  let byNode = kept.get(model);
  if (byNode === undefined) kept.set(model, (byNode = new Map()));
  const key = `${node} ${range.first} ${range.last}`;
  let made = byNode.get(key);
  if (made === undefined) byNode.set(key, (made = makePortals(view, model, node, range)));
  return made;
}

function makePortals(view: StoreView, { ports }: ServiceModel, node: string, { first, last }: PortRange): readonly Portal[] {
  const size = last - first + 1;
  const taken = new Set<number>();
  return ports.flatMap((port) => {
    if (port.protocol === 'sctp' || taken.size === size) return [];
    let proxyPort = first + (fnv1a32(`${node} ${port.spn} ${port.protocol}`) % size);
    while (taken.has(proxyPort)) proxyPort = proxyPort === last ? first : proxyPort + 1;
    taken.add(proxyPort);
    const ingress = view.get('Service', port.namespace, port.service)?.status?.loadBalancer?.ingress ?? [];
    return [{ port, proxyPort, ingressIPs: ingress.flatMap(({ ip }) => (ip !== undefined && isIpv4(ip) ? [ip] : [])) }];
  });
}

function isIpv4(text: string): boolean {
  return !text.includes(':');
}

export interface Backend {
  readonly ip: string;
  readonly port: number;
}

/** Whom it dials for a port: by the port's name, whatever its number. */
export function backendsOf(view: StoreView, { namespace, service, portName }: ProxyPort): readonly Backend[] {
  const subsets = view.get('Endpoints', namespace, service)?.subsets ?? [];
  return subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports
      .filter(({ name = '' }) => name === portName)
      .flatMap(({ port }) => (port === undefined ? [] : addresses.filter(({ ip }) => isIpv4(ip)).map(({ ip }) => ({ ip, port })))),
  );
}
