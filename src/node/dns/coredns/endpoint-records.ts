/**
 * What a name of a Service leads to, one entry for each address and port. Source: CoreDNS plugin/kubernetes/kubernetes.go (findServices, findPods),
 * object/endpoint.go: endpoints count where they are ready, or do not say.
 */
import { type Ip, formatIp, parseIp } from '../../../base/ip.js';
import { matchesRequirements } from '../../../api/selectors.js';
import type { Endpoint, EndpointSlice, Service } from '../../../api/types/core.js';
import type { StoreView } from '../../../api/view.js';
import type { KubernetesSettings } from './kubernetes-settings.js';
import type { ZoneQuestion } from './zone-name.js';

export type ServiceQuestion = Extract<ZoneQuestion, { kind: 'service' }>;

export interface Served {
  readonly ip: Ip;
  /** Undefined where none is declared. */
  readonly port: number | undefined;
  /** Of an endpoint its name below the Service's. */
  readonly host: string | undefined;
}

export interface Backend {
  readonly view: StoreView;
  readonly settings: KubernetesSettings;
}

const NAME_MAX = 63;

export function isExposed({ view, settings }: Backend, name: string): boolean {
  const namespace = view.get('Namespace', undefined, name);
  if (namespace === undefined || (settings.namespaces.length > 0 && !settings.namespaces.includes(name))) return false;
  return settings.namespaceLabels === undefined || matchesRequirements(settings.namespaceLabels, namespace.metadata.labels);
}

export function findService({ view, settings }: Backend, { namespace, service }: ServiceQuestion): Service | undefined {
  const found = view.get('Service', namespace, service);
  return found === undefined || !isServed(settings, found) ? undefined : found;
}

/** Whether it bears the labels that the plug-in is to look at. */
export function isServed({ labels }: KubernetesSettings, { metadata }: Pick<Service, 'metadata'>): boolean {
  return labels === undefined || matchesRequirements(labels, metadata.labels);
}

/** Undefined where the Service is not there. */
export function servedBy(backend: Backend, service: Service, asked: ServiceQuestion): readonly Served[] {
  const { spec } = service;
  const { settings } = backend;
  const isHeadless = spec.clusterIP === 'None';
  if (settings.ignoreEmptyService && !isHeadless && endpointsOf(backend, service, ALL).length === 0) return [];
  if (isHeadless || asked.endpoint !== undefined) return endpointsOf(backend, service, asked);
  const ports = (spec.ports?.length ?? 0) === 0 ? [NO_PORT] : (spec.ports ?? []);
  const addresses = (spec.clusterIPs ?? [spec.clusterIP ?? '']).flatMap((text) => parseIp(text) ?? []);
  return ports.filter((port) => isAsked(port, asked)).flatMap(({ port }) => addresses.map((ip): Served => ({ ip, port, host: undefined })));
}

const NO_PORT: { readonly port?: number; readonly name?: string; readonly protocol?: string } = {};
const ALL: Pick<ServiceQuestion, 'endpoint' | 'port' | 'protocol'> = {};

export function slicesOf({ view, settings }: Backend, { metadata }: Service): readonly EndpointSlice[] {
  if (!settings.endpoints) return [];
  return view
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name && isServed(settings, slice));
}

export function endpointsOf(
  backend: Backend,
  service: Service,
  asked: Pick<ServiceQuestion, 'endpoint' | 'port' | 'protocol'>,
): readonly Served[] {
  return slicesOf(backend, service).flatMap(({ endpoints, ports }) => {
    const numbers = ((ports?.length ?? 0) === 0 ? [NO_PORT] : (ports ?? [])).filter((port) => isAsked(port, asked));
    return endpoints
      .filter(({ conditions }) => conditions?.ready ?? true)
      .flatMap((endpoint) =>
        endpoint.addresses.flatMap((text) => {
          const ip = parseIp(text);
          if (ip === undefined) return [];
          const host = hostOf(backend.settings, endpoint, ip);
          const isWanted = asked.endpoint === undefined || asked.endpoint === host.toLowerCase();
          return isWanted ? numbers.map(({ port }): Served => ({ ip, port, host })) : [];
        }),
      );
  });
}

function hostOf({ endpointPodNames }: KubernetesSettings, { hostname, targetRef }: Endpoint, ip: Ip): string {
  if (hostname !== undefined && hostname !== '') return hostname;
  if (endpointPodNames && targetRef !== undefined && targetRef.name.length <= NAME_MAX) return targetRef.name;
  const text = formatIp(ip).replaceAll(/[.:]/g, '-');
  return text.endsWith('-') ? `${text}0` : text;
}

function isAsked(
  port: { readonly name?: string | undefined; readonly protocol?: string | undefined },
  asked: Pick<ServiceQuestion, 'port' | 'protocol'>,
): boolean {
  if (asked.port === undefined) return true;
  return (port.name ?? '').toLowerCase() === asked.port && (port.protocol ?? 'TCP').toLowerCase() === asked.protocol;
}
