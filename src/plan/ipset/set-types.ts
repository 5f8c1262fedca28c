/** The types of sets (ipset(8), lib/ipset_*.c): the parts of their elements, and the options each takes. */
import type { PartKind, SetTypeName } from './ip-set.js';

export interface SetType {
  readonly parts: readonly PartKind[];
  readonly families: boolean;
  /** Beside timeout, counters, comment and skbinfo, which all take. */
  readonly creates: readonly string[];
  readonly adds: readonly string[];
}

const HASH = ['family', '-4', '-6', 'hashsize', 'maxelem', 'bucketsize', 'initval', 'forceadd'];

function hash(parts: readonly PartKind[], creates: readonly string[] = [], adds: readonly string[] = []): SetType {
  const nomatch = parts.includes('net') ? ['nomatch'] : [];
  return { parts, families: parts.includes('ip') || parts.includes('net'), creates: [...HASH, ...creates], adds: [...nomatch, ...adds] };
}

export const SET_TYPES: Readonly<Record<SetTypeName, SetType>> = {
  'hash:ip': hash(['ip'], ['netmask', 'bitmask']),
  'hash:net': hash(['net']),
  'hash:mac': hash(['mac']),
  'hash:ip,port': hash(['ip', 'port'], ['netmask', 'bitmask']),
  'hash:ip,mark': hash(['ip', 'mark'], ['markmask']),
  'hash:ip,mac': hash(['ip', 'mac']),
  'hash:ip,port,ip': hash(['ip', 'port', 'ip']),
  'hash:ip,port,net': hash(['ip', 'port', 'net']),
  'hash:net,net': hash(['net', 'net'], ['netmask', 'bitmask']),
  'hash:net,port': hash(['net', 'port']),
  'hash:net,port,net': hash(['net', 'port', 'net']),
  'hash:net,iface': hash(['net', 'iface'], [], ['wildcard']),
  'bitmap:ip': { parts: ['ip'], families: false, creates: ['range', 'netmask'], adds: [] },
  'bitmap:ip,mac': { parts: ['ip', 'mac'], families: false, creates: ['range'], adds: [] },
  'bitmap:port': { parts: ['port'], families: false, creates: ['range'], adds: [] },
  'list:set': { parts: ['set'], families: false, creates: ['size'], adds: ['before', 'after'] },
};

/** Names of old, which ipset still takes. */
const ALIASES: Readonly<Record<string, SetTypeName>> = {
  iphash: 'hash:ip',
  nethash: 'hash:net',
  ipporthash: 'hash:ip,port',
  ipportiphash: 'hash:ip,port,ip',
  ipportnethash: 'hash:ip,port,net',
  netporthash: 'hash:net,port',
  netifacehash: 'hash:net,iface',
  ipmap: 'bitmap:ip',
  macipmap: 'bitmap:ip,mac',
  portmap: 'bitmap:port',
  setlist: 'list:set',
};

export function setTypeNamed(word: string): SetTypeName | undefined {
  return Object.hasOwn(SET_TYPES, word) ? (word as SetTypeName) : Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
}
