/**
 * The commonest line of `ipset restore`, read at once: `add NAME 10.96.0.1`, `add NAME 10.96.0.1,tcp:80`, to a set of IPv4 addresses, or of these
 * and ports, that keeps nothing else; a cluster has tens of thousands. Everything else is left to the reader of words: undefined.
 */
import { parseIpv4 } from '../../base/ip.js';
import type { ElementPart, SetEntry } from './ip-set.js';
import type { SetFrame } from './element.js';

const PLAIN = /^add (\S+) ((\d[\d.]*\d)(?:,(tcp|udp|sctp):([1-9]\d{0,4}))?)$/;
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };
const PORT_MAX = 0xffff;

interface Entries {
  readonly entries: Map<string, SetEntry>;
}

/** Whether the element was added: to a set that has room, and did not have it. */
export function addPlain(line: string, sets: ReadonlyMap<string, SetFrame & Entries>): boolean {
  const [, name = '', word = '', address = '', proto, portText] = PLAIN.exec(line) ?? [];
  const set = sets.get(name);
  if (set === undefined || !isPlain(set) || (set.type === 'hash:ip,port') !== (proto !== undefined)) return false;
  if (set.entries.size >= set.options.maxelem || set.entries.has(word)) return false;
  const ip = parseIpv4(address);
  const port = Number(portText ?? 0);
  if (ip === undefined || ip === 0 || port > PORT_MAX) return false;
  const parts: ElementPart[] = [{ kind: 'ip', ip }];
  if (proto !== undefined) parts.push({ kind: 'port', proto: PROTOCOLS[proto], port });
  // Written as ipset prints it, the word is the element's key.
  set.entries.set(word, { parts, timeout: undefined, nomatch: false, extras: '' });
  return true;
}

function isPlain({ type, family, options }: SetFrame): boolean {
  const { netmask, bitmask, range, timeout, counters } = options;
  const bare = netmask === undefined && bitmask === undefined && range === undefined && timeout === undefined && !counters;
  return (type === 'hash:ip' || type === 'hash:ip,port') && family === 'inet' && bare;
}
