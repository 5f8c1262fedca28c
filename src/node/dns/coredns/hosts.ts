/**
 * The plug-in hosts, with the names that its block gives. Source: CoreDNS plugin/hosts/{setup,hosts}.go. Of the machine's own /etc/hosts, which it reads
 * too, nothing is known but localhost; files by name are refused.
 */
import { unsupported } from '../../../base/errors.js';
import { formatIp, parseIp } from '../../../base/ip.js';
import { absolute, type DnsAnswer, type DnsQuestion, type DnsRecord } from '../../../packet/dns/record.js';
import { type Directive, zoneOfName, zonesOf } from './corefile.js';
import { reverseAddress } from './zone-name.js';

interface HostsSettings {
  readonly zones: readonly string[];
  readonly ttl: number;
  readonly fall: readonly string[];
  readonly reverse: boolean;
  readonly entries: readonly { readonly address: string; readonly name: string }[];
}

const TTL = 3600;
const LOCALHOST = [
  { address: '127.0.0.1', name: 'localhost.' },
  { address: '::1', name: 'localhost.' },
];

export function hostsSettings({ args, block }: Directive, serverZones: readonly string[]): HostsSettings {
  const [file, ...zones] = args;
  if (file !== undefined && file !== '/etc/hosts')
    throw unsupported('corefile', `the file ${file} of CoreDNS's plug-in hosts is not known`);
  const option = (name: string): Directive | undefined => block.find((one) => one.name === name);
  const fall = option('fallthrough')?.args;
  const entries = block.flatMap(({ name, args: names }) => {
    const ip = parseIp(name);
    if (ip === undefined && !['ttl', 'no_reverse', 'reload', 'fallthrough'].includes(name))
      throw unsupported('corefile', `"${name}" in the block of CoreDNS's plug-in hosts is not modelled`);
    return ip === undefined ? [] : names.map((host) => ({ address: formatIp(ip), name: absolute(host) }));
  });
  return {
    zones: zones.length > 0 ? zones.flatMap(zonesOf) : serverZones,
    ttl: Number(option('ttl')?.args[0] ?? TTL),
    fall: fall === undefined ? [] : fall.length === 0 ? ['.'] : fall.flatMap(zonesOf),
    reverse: option('no_reverse') === undefined,
    entries: [...entries, ...LOCALHOST],
  };
}

export function answerHosts(settings: HostsSettings, { name, type }: DnsQuestion, next: () => DnsAnswer): DnsAnswer {
  const lower = absolute(name);
  if (zoneOfName(settings.zones, lower) === undefined && type !== 'PTR') return next();
  const at = (data: string): DnsRecord => ({ name, ttl: settings.ttl, type, data });
  if (type === 'PTR') {
    const ip = parseIp(reverseAddress(lower) ?? '');
    const names = settings.reverse ? settings.entries.filter(({ address }) => parseIp(address) === ip) : [];
    return names.length === 0 ? next() : found(names.map((one) => at(one.name)));
  }
  const known = settings.entries.filter((entry) => entry.name === lower);
  const family = type === 'A' ? 'number' : 'bigint';
  const addresses = type === 'A' || type === 'AAAA' ? known.filter(({ address }) => typeof parseIp(address) === family) : [];
  if (known.length > 0) return found(addresses.map(({ address }) => at(address)));
  // There is no SOA to say NXDOMAIN with.
  return zoneOfName(settings.fall, lower) === undefined ? { rcode: 'SERVFAIL', answer: [], authority: [], extra: [] } : next();
}

function found(answer: readonly DnsRecord[]): DnsAnswer {
  return { rcode: 'NOERROR', answer, authority: [], extra: [], authoritative: true };
}
