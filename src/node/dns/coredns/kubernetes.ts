/**
 * What CoreDNS's plug-in kubernetes answers out of the API's objects. Source: CoreDNS plugin/kubernetes/{handler,kubernetes,reverse,ns}.go and
 * plugin/backend_lookup.go. Left out: zone transfers, ServiceImports, the answers before the first synchronisation.
 */
import { type Ip, formatIp, parseIp } from '../../../base/ip.js';
import { absolute, type DnsAnswer, type DnsQuestion, type DnsRecord } from '../../../packet/dns/record.js';
import { zoneOfName } from './corefile.js';
import { type Backend, endpointsOf, findService, isExposed, isServed, servedBy, type Served, slicesOf } from './endpoint-records.js';
import type { Serving } from './serve.js';
import { parseZoneName, reverseAddress } from './zone-name.js';

/** A name error goes on to the next plug-in where the block says so. */
type Found = readonly DnsRecord[] | 'name error';

interface Lookup extends Backend {
  readonly serving: Serving;
  readonly zone: string;
  /** As it was asked, and in lower case. */
  readonly question: DnsQuestion;
  readonly name: string;
}

const VERSION = { text: '"1.1.0"', ttl: 28_800 };
const CHAIN_MAX = 7;

export function answerKubernetes(backend: Backend, serving: Serving, question: DnsQuestion, next: () => DnsAnswer): DnsAnswer {
  const { settings } = backend;
  const zone = zoneOfName(settings.zones, question.name);
  if (zone === undefined) return next();
  const look: Lookup = { ...backend, serving, zone, question, name: question.name.toLowerCase() };
  const { found, extra } = answerType(look);
  if (found === 'name error') {
    const falls = zoneOfName(settings.fall, look.name) !== undefined;
    return falls ? next() : { rcode: 'NXDOMAIN', answer: [], authority: [soa(look)], extra: [], authoritative: true };
  }
  if (found.length === 0) return { rcode: 'NOERROR', answer: [], authority: [soa(look)], extra: [], authoritative: true };
  return { rcode: 'NOERROR', answer: found, authority: [], extra: unique(extra), authoritative: true };
}

function answerType(look: Lookup): { found: Found; extra: readonly DnsRecord[] } {
  const bare = (found: Found): { found: Found; extra: readonly DnsRecord[] } => ({ found, extra: [] });
  switch (look.question.type) {
    case 'A':
    case 'AAAA':
      return bare(addresses(look, look.question.name, []));
    case 'TXT':
      return bare(texts(look));
    case 'CNAME':
      return bare(alias(look));
    case 'PTR':
      return bare(pointers(look));
    case 'SRV':
      return servers(look);
    case 'SOA':
      // Of any other name nobody looks whether it is there.
      return bare(look.name === look.zone ? [soa(look)] : []);
    case 'NS':
      if (look.name === look.zone) return nameServers(look);
  }
  const found = addresses({ ...look, question: { ...look.question, type: 'A' } }, look.question.name, []);
  return bare(found === 'name error' ? found : []);
}

/** None but that of the schema's version; what has records of another type is there, which a namespace has not. */
function texts(look: Lookup): Found {
  if (look.name === `dns-version.${look.zone}`) return [record(look, VERSION.text, VERSION.ttl)];
  const target = targetOf(look, look.name);
  return typeof target === 'string' ? 'name error' : [];
}

/** What the name leads to, before it is known which type is asked for. */
type Target =
  | { readonly kind: 'served'; readonly served: readonly Served[]; readonly base: string }
  | { readonly kind: 'alias'; readonly to: string };

function targetOf(look: Lookup, name: string): Target | 'nothing' | 'name error' {
  const { zone } = look;
  const lower = name.toLowerCase();
  const asked = parseZoneName(lower === zone ? [] : lower.slice(0, -zone.length - 1).split('.'));
  if (asked === undefined) return 'name error';
  if (asked.kind === 'node') return 'nothing';
  if (!isExposed(look, asked.namespace)) return 'name error';
  if (asked.kind === 'namespace') return 'nothing';
  if (asked.kind === 'pod') return podTarget(look, asked.namespace, asked.pod);
  const service = findService(look, asked);
  if (service === undefined) return 'name error';
  const base = `${asked.service}.${asked.namespace}.svc.${zone}`;
  if (service.spec.type === 'ExternalName') {
    const to = service.spec.externalName ?? '';
    return asked.endpoint !== undefined || parseIp(to) !== undefined ? 'name error' : { kind: 'alias', to: dotted(to) };
  }
  const served = servedBy(look, service, asked);
  return served.length === 0 ? 'name error' : { kind: 'served', served, base };
}

function podTarget({ settings, view }: Lookup, namespace: string, pod: string): Target | 'name error' {
  const isFour = pod.split('-').length === 4 && !pod.includes('--');
  const ip = parseIp(pod.replaceAll('-', isFour ? '.' : ':'));
  if (settings.pods === 'disabled' || ip === undefined) return 'name error';
  const known = settings.pods === 'insecure' || view.list('Pod', namespace).some(({ status }) => isOfPod(status, ip));
  return known ? { kind: 'served', served: [{ ip, port: undefined, host: undefined }], base: '' } : 'name error';
}

/** Pods that have ended are looked at no more (object/pod.go). */
function isOfPod(status: { readonly phase?: string | undefined; readonly podIP?: string | undefined } | undefined, ip: Ip): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && parseIp(status?.podIP ?? '') === ip;
}

function addresses(look: Lookup, name: string, before: readonly DnsRecord[]): Found {
  const { type } = look.question;
  if (name.toLowerCase() === `ns.dns.${look.zone}`)
    return ownAddresses(look)
      .filter((one) => one.type === type)
      .map((one) => ({ ...one, name }));
  const target = targetOf(look, name);
  if (target === 'name error') return target;
  if (target === 'nothing') return [];
  if (target.kind === 'alias') return aliasAddresses(look, name, target.to, before);
  const texts = target.served.filter(({ ip }) => addressType(ip) === type).map(({ ip }) => formatIp(ip));
  return [...new Set(texts)].map((data) => ({ name, ttl: look.settings.ttl, type, data }));
}

/** The name that it stands for, and what is known of that: below the own domain nothing is said where nothing is known. */
function aliasAddresses(look: Lookup, name: string, to: string, before: readonly DnsRecord[]): readonly DnsRecord[] {
  const own: DnsRecord = { name, ttl: look.settings.ttl, type: 'CNAME', data: to };
  const again = before.some((one) => absolute(one.name) === absolute(name) && absolute(one.data) === absolute(to));
  if (absolute(to) === absolute(name) || again || before.length > CHAIN_MAX) return [];
  if (zoneOfName([look.zone], to) === undefined) return [own, ...look.serving.lookUp({ name: to, type: look.question.type }).answer];
  const more = addresses(look, to, [...before, own]);
  return more === 'name error' || more.length === 0 ? [] : [own, ...more];
}

function alias(look: Lookup): Found {
  const target = targetOf(look, look.question.name);
  if (target === 'name error') return target;
  return target === 'nothing' || target.kind === 'served' ? [] : [record(look, target.to)];
}

/** Records are weighted before those that are alike fall together. */
function servers(look: Lookup): { found: Found; extra: readonly DnsRecord[] } {
  const target = targetOf(look, look.question.name);
  if (target === 'name error') return { found: target, extra: [] };
  if (target === 'nothing' || target.kind === 'alias') return { found: [], extra: [] };
  const weight = Math.max(1, Math.floor(100 / target.served.length));
  const { ttl } = look.settings;
  const named = target.served
    .filter(({ port }) => port !== undefined)
    .map((one) => ({ ...one, name: one.host === undefined ? target.base : `${one.host}.${target.base}` }));
  return {
    found: unique(named.map(({ port, name }) => record(look, `0 ${weight} ${port} ${name}`))),
    extra: named.map(({ ip, name }) => ({ name, ttl, type: addressType(ip), data: formatIp(ip) })),
  };
}

/** A Service's own address goes before those of endpoints. */
function pointers(look: Lookup): Found {
  const ip = parseIp(reverseAddress(look.name) ?? '');
  if (ip === undefined) {
    const target = targetOf(look, look.question.name);
    return target === 'name error' ? target : [];
  }
  const { view, settings } = look;
  const domain = settings.zones.find((zone) => !zone.endsWith('.arpa.')) ?? look.zone;
  const services = view
    .list('Service')
    .filter(
      (one) => isServed(settings, one) && (settings.namespaces.length === 0 || settings.namespaces.includes(one.metadata.namespace ?? '')),
    );
  const own = services.find(({ spec }) => (spec.clusterIPs ?? [spec.clusterIP ?? '']).some((text) => parseIp(text) === ip));
  if (own !== undefined) return [record(look, `${own.metadata.name}.${own.metadata.namespace}.svc.${domain}`)];
  const found = services.flatMap((service) =>
    endpointsOf(look, service, {})
      .filter((one) => one.ip === ip)
      .map(({ host }) => record(look, `${host}.${service.metadata.name}.${service.metadata.namespace}.svc.${domain}`)),
  );
  return found.length === 0 ? 'name error' : unique(found);
}

function nameServers(look: Lookup): { found: Found; extra: readonly DnsRecord[] } {
  const extra = ownAddresses(look);
  return { found: unique(extra.map(({ name }) => record(look, name))), extra };
}

/** Of the Services that this server is an endpoint of, or its own. */
function ownAddresses(look: Lookup): readonly DnsRecord[] {
  const { serving, zone, view, settings } = look;
  const own = serving.addresses.flatMap((text) => parseIp(text) ?? []);
  const at = (name: string, ip: Ip): DnsRecord => ({ name, ttl: settings.ttl, type: addressType(ip), data: formatIp(ip) });
  const found = view.list('Service').flatMap((service) => {
    const served = endpointsOf(look, service, {});
    if (!served.some(({ ip }) => own.includes(ip)) || slicesOf(look, service).length === 0) return [];
    const name = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`;
    if (service.spec.clusterIP === 'None') return served.map(({ ip, host }) => at(`${host}.${name}`, ip));
    return (service.spec.clusterIPs ?? [service.spec.clusterIP ?? '']).flatMap((text) => parseIp(text) ?? []).map((ip) => at(name, ip));
  });
  return unique(found.length > 0 ? found : own.map((ip) => at(`ns.dns.${zone}`, ip)));
}

function record({ question, settings }: Lookup, data: string, ttl = settings.ttl): DnsRecord {
  return { name: question.name, ttl, type: question.type, data };
}

function soa({ zone, settings: { ttl }, serving }: Lookup): DnsRecord {
  return { name: zone, ttl, type: 'SOA', data: `ns.dns.${zone} hostmaster.${zone} ${serving.serial} 7200 1800 86400 ${ttl}` };
}

function addressType(ip: Ip): 'A' | 'AAAA' {
  return typeof ip === 'number' ? 'A' : 'AAAA';
}

function dotted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

function unique(records: readonly DnsRecord[]): readonly DnsRecord[] {
  return [...new Map(records.map((one) => [`${absolute(one.name)} ${one.type} ${one.data}`, one])).values()];
}
