/**
 * What CoreDNS answers out of the API's objects. Source: CoreDNS plugin/kubernetes/{kubernetes,reverse,external}.go and plugin/backend_lookup.go, with kubeadm's
 * Corefile: `kubernetes cluster.local in-addr.arpa ip6.arpa { pods insecure; fallthrough in-addr.arpa ip6.arpa; ttl 30 }`. Names of other zones
 * are passed on to who knows them. Left out: endpoint_pod_names, ServiceImports, the answers before the first synchronisation.
 */
import { type Ip, formatIp, parseIp } from '../../base/ip.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { absolute, type DnsAnswer, type DnsRecord } from './record.js';
import { parseZoneName, reverseAddress, type ZoneQuestion } from './zone-name.js';

export interface ZoneSettings {
  /** `cluster.local.` */
  readonly domain: string;
  readonly ttl: number;
  /** Serial number of the zone. */
  readonly serial: number;
  /** Answers for names that are not the cluster's. */
  readonly upstream: (name: string, type: string) => DnsAnswer;
}

const VERSION = { text: '"1.1.0"', ttl: 28_800 };
const CHAIN_MAX = 8;

export function answerQuery(view: StoreView, settings: ZoneSettings, question: { name: string; type: string }, depth = 0): DnsAnswer {
  const name = absolute(question.name);
  const type = question.type.toUpperCase();
  const address = reverseAddress(name);
  if (address !== undefined) {
    const records = type === 'PTR' ? pointers(view, settings, name, address) : [];
    return records.length > 0 ? found(records) : settings.upstream(name, type);
  }
  const { domain } = settings;
  if (name !== domain && !name.endsWith(`.${domain}`)) return settings.upstream(name, type);
  const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
  const asked = parseZoneName(labels);
  if (asked === undefined) return nothing(settings, 'NXDOMAIN');
  return answerZone(view, settings, { name, type, asked, depth });
}

interface Asked {
  readonly name: string;
  readonly type: string;
  readonly asked: ZoneQuestion;
  readonly depth: number;
}

function answerZone(view: StoreView, settings: ZoneSettings, query: Asked): DnsAnswer {
  const { name, type, asked } = query;
  switch (asked.kind) {
    case 'node':
      return type === 'SOA' && name === settings.domain ? found([soa(settings)]) : nothing(settings, 'NOERROR');
    case 'namespace':
      return nothing(settings, hasNamespace(view, asked.namespace) ? 'NOERROR' : 'NXDOMAIN');
    case 'version':
      return type === 'TXT' ? found([{ name, ttl: VERSION.ttl, type, data: VERSION.text }]) : nothing(settings, 'NOERROR');
    case 'pod':
      return podAnswer(view, settings, query, asked);
    case 'service':
      return serviceAnswer(view, settings, query, asked);
  }
}

function podAnswer(
  view: StoreView,
  settings: ZoneSettings,
  { name, type }: Asked,
  asked: Extract<ZoneQuestion, { kind: 'pod' }>,
): DnsAnswer {
  // Whatever looks like an address is one, as long as its namespace is there.
  const ip = parseIp(asked.pod.replaceAll('-', '.')) ?? parseIp(asked.pod.replaceAll('-', ':'));
  if (ip === undefined || !hasNamespace(view, asked.namespace)) return nothing(settings, 'NXDOMAIN');
  return addressType(ip) === type ? found([{ name, ttl: settings.ttl, type, data: formatIp(ip) }]) : nothing(settings, 'NOERROR');
}

type ServiceQuestion = Extract<ZoneQuestion, { kind: 'service' }>;

function serviceAnswer(view: StoreView, settings: ZoneSettings, query: Asked, asked: ServiceQuestion): DnsAnswer {
  const service = view.get('Service', asked.namespace, asked.service);
  if (service === undefined) return nothing(settings, 'NXDOMAIN');
  if (service.spec.type === 'ExternalName') return externalName(view, settings, query, asked, service);
  const served = servedBy(view, service, asked);
  if (served.length === 0) return nothing(settings, 'NXDOMAIN');
  if (query.type === 'SRV') return srv(settings, query.name, asked, served);
  const addresses = [...new Set(served.filter(({ ip }) => addressType(ip) === query.type).map(({ ip }) => formatIp(ip)))];
  if (addresses.length === 0) return nothing(settings, 'NOERROR');
  return found(addresses.map((data) => ({ name: query.name, ttl: settings.ttl, type: query.type, data })));
}

/** A Service that stands for a name elsewhere: the name, and what is known of it. */
function externalName(view: StoreView, settings: ZoneSettings, query: Asked, asked: ServiceQuestion, { spec }: Service): DnsAnswer {
  const target = spec.externalName ?? '';
  if (asked.endpoint !== undefined || parseIp(target) !== undefined) return nothing(settings, 'NXDOMAIN');
  const alias: DnsRecord = { name: query.name, ttl: settings.ttl, type: 'CNAME', data: absolute(target) };
  if (query.type === 'CNAME' || query.depth >= CHAIN_MAX) return found([alias]);
  if (query.type !== 'A' && query.type !== 'AAAA') return nothing(settings, 'NOERROR');
  const more = answerQuery(view, settings, { name: target, type: query.type }, query.depth + 1);
  return found([alias, ...more.answer]);
}

/** One address and port that a name of a Service leads to. */
interface Served {
  readonly ip: Ip;
  readonly port: number;
  /** The name that a SRV record gives it. */
  readonly target: string | undefined;
}

function servedBy(view: StoreView, service: Service, asked: ServiceQuestion): readonly Served[] {
  const { spec } = service;
  const headless = spec.clusterIP === 'None' || asked.endpoint !== undefined;
  if (headless) return slicesOf(view, service).flatMap((slice) => endpointsOf(slice, asked));
  const ports = (spec.ports ?? []).filter((port) => isAsked(port, asked));
  return (spec.clusterIPs ?? [spec.clusterIP ?? '']).flatMap((text) => {
    const ip = parseIp(text);
    return ip === undefined ? [] : ports.map(({ port }) => ({ ip, port, target: undefined }));
  });
}

function slicesOf(view: StoreView, { metadata }: Service): readonly EndpointSlice[] {
  return view
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name);
}

function endpointsOf({ endpoints, ports }: EndpointSlice, asked: ServiceQuestion): readonly Served[] {
  const numbered = (ports ?? []).filter((port) => isAsked(port, asked)).map(({ port }) => port ?? 0);
  // A headless Service need not have ports.
  const numbers = numbered.length > 0 ? numbered : (ports ?? []).length === 0 && asked.port === undefined ? [0] : [];
  return endpoints
    .filter(({ conditions }) => conditions?.ready ?? true)
    .flatMap(({ addresses, hostname }) =>
      addresses.flatMap((text) => {
        const ip = parseIp(text);
        if (ip === undefined) return [];
        const target = hostname ?? dashed(ip);
        return asked.endpoint === undefined || asked.endpoint === target ? numbers.map((port) => ({ ip, port, target })) : [];
      }),
    );
}

/** `10-244-1-5`, of IPv6 dashes for colons. */
function dashed(ip: Ip): string {
  const text = formatIp(ip).replaceAll(/[.:]/g, '-');
  return text.endsWith('-') ? `${text}0` : text;
}

function isAsked(port: { readonly name?: string | undefined; readonly protocol?: string | undefined }, asked: ServiceQuestion): boolean {
  if (asked.port === undefined) return true;
  return (port.name ?? '').toLowerCase() === asked.port && (port.protocol ?? 'TCP').toLowerCase() === asked.protocol;
}

function srv(settings: ZoneSettings, name: string, asked: ServiceQuestion, served: readonly Served[]): DnsAnswer {
  const base = `${asked.service}.${asked.namespace}.svc.${settings.domain}`;
  const named = served.map((one) => ({ ...one, target: one.target === undefined ? base : `${one.target}.${base}` }));
  const records = new Map<string, { readonly port: number; readonly target: string }>();
  for (const { port, target } of named) records.set(`${port} ${target}`, { port, target });
  const weight = Math.floor(100 / records.size);
  const { ttl } = settings;
  const extra = new Map<string, DnsRecord>();
  for (const { ip, target } of named)
    extra.set(`${target} ${formatIp(ip)}`, { name: target, ttl, type: addressType(ip), data: formatIp(ip) });
  const answer = [...records.values()].map(({ port, target }) => ({ name, ttl, type: 'SRV', data: `0 ${weight} ${port} ${target}` }));
  return { ...found(answer), extra: [...extra.values()] };
}

/** A Service's own address goes before those of endpoints. */
function pointers(view: StoreView, settings: ZoneSettings, name: string, address: string): readonly DnsRecord[] {
  const ip = parseIp(address);
  const at = (data: string): DnsRecord => ({ name, ttl: settings.ttl, type: 'PTR', data: `${data}.svc.${settings.domain}` });
  const services = view.list('Service');
  const own = services.filter(({ spec }) => (spec.clusterIPs ?? [spec.clusterIP ?? '']).some((text) => parseIp(text) === ip));
  if (own.length > 0) return own.slice(0, 1).map(({ metadata }) => at(`${metadata.name}.${metadata.namespace}`));
  return services.flatMap((service) => {
    const asked: ServiceQuestion = { kind: 'service', namespace: service.metadata.namespace ?? '', service: service.metadata.name };
    const targets = slicesOf(view, service)
      .flatMap((slice) => endpointsOf(slice, asked))
      .filter((one) => one.ip === ip)
      .map(({ target }) => target ?? '');
    return [...new Set(targets)].map((target) => at(`${target}.${asked.service}.${asked.namespace}`));
  });
}

function hasNamespace(view: StoreView, name: string): boolean {
  return view.get('Namespace', undefined, name) !== undefined;
}

function addressType(ip: Ip): 'A' | 'AAAA' {
  return typeof ip === 'number' ? 'A' : 'AAAA';
}

function found(answer: readonly DnsRecord[]): DnsAnswer {
  return { rcode: 'NOERROR', answer, authority: [], extra: [] };
}

/** The name is not there, or has no such records; the zone's own record says for how long that may be remembered. */
function nothing(settings: ZoneSettings, rcode: 'NOERROR' | 'NXDOMAIN'): DnsAnswer {
  return { rcode, answer: [], authority: [soa(settings)], extra: [] };
}

function soa({ domain, ttl, serial }: ZoneSettings): DnsRecord {
  return { name: domain, ttl, type: 'SOA', data: `ns.dns.${domain} hostmaster.${domain} ${serial} 7200 1800 86400 ${ttl}` };
}
