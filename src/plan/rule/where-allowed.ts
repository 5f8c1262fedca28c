/**
 * In which tables and built-in chains a target or match may stand: the `table` and `hooks` of each xt_target and xt_match
 * (net/netfilter/xt_*.c, net/ipv4/netfilter/ipt_*.c), and of the nat table what iptables itself refuses. A rule elsewhere is one that no
 * kernel would load. What may stand everywhere is not listed.
 */
import type { TableName } from '../ruleset.js';
import type { Target } from './rule.js';

export interface Allowed {
  /** As iptables calls it. */
  readonly name: string;
  /** All of them unless given. */
  readonly tables?: readonly TableName[];
  /** The built-in chains that may lead to it; all of the table's unless given. */
  readonly chains?: readonly string[];
}

const NAT: readonly TableName[] = ['nat'];
const RAW: readonly TableName[] = ['raw'];
const MANGLE: readonly TableName[] = ['mangle'];
const DESTINATION: readonly string[] = ['PREROUTING', 'OUTPUT'];
const SOURCE: readonly string[] = ['INPUT', 'POSTROUTING'];
const SENT: readonly string[] = ['OUTPUT', 'POSTROUTING'];
const COMING: readonly string[] = ['PREROUTING', 'INPUT', 'FORWARD'];
const LEAVING: readonly string[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

const TARGET_PLACES: Partial<Record<Target['kind'], Allowed>> = {
  dnat: { name: 'DNAT', tables: NAT, chains: DESTINATION },
  redirect: { name: 'REDIRECT', tables: NAT, chains: DESTINATION },
  snat: { name: 'SNAT', tables: NAT, chains: SOURCE },
  masquerade: { name: 'MASQUERADE', tables: NAT, chains: ['POSTROUTING'] },
  netmap: { name: 'NETMAP', tables: NAT },
  reject: { name: 'REJECT', tables: ['filter'] },
  notrack: { name: 'NOTRACK', tables: RAW },
  ct: { name: 'CT', tables: RAW },
  dscp: { name: 'DSCP', tables: MANGLE },
  tos: { name: 'TOS', tables: MANGLE },
  ttl: { name: 'TTL', tables: MANGLE },
  'hop-limit': { name: 'HL', tables: MANGLE },
  tproxy: { name: 'TPROXY', tables: MANGLE, chains: ['PREROUTING'] },
};

/** Of the kinds that several targets share. */
const BY_NAME: ReadonlyMap<string, Allowed> = new Map([
  ['CHECKSUM', { name: 'CHECKSUM', tables: MANGLE }],
  ['ECN', { name: 'ECN', tables: MANGLE }],
  ['CLASSIFY', { name: 'CLASSIFY', tables: MANGLE, chains: LEAVING }],
  ['SNPT', { name: 'SNPT', tables: MANGLE, chains: SOURCE }],
  ['DNPT', { name: 'DNPT', tables: MANGLE, chains: DESTINATION }],
  ['SET', { name: 'SET --map-set', tables: MANGLE }],
  ['TCPMSS', { name: 'TCPMSS --clamp-mss-to-pmtu', chains: LEAVING }],
]);

export function targetPlace(target: Target | undefined): Allowed | undefined {
  if (target === undefined) return undefined;
  switch (target.kind) {
    case 'unseen':
      return BY_NAME.get(target.name);
    case 'npt':
      return BY_NAME.get(target.side === 'source' ? 'SNPT' : 'DNPT');
    case 'set':
      return target.map === undefined ? undefined : BY_NAME.get('SET');
    case 'tcpmss':
      return target.mss === undefined ? BY_NAME.get('TCPMSS') : undefined;
    default:
      return TARGET_PLACES[target.kind];
  }
}

/** By the word after -m. */
export const MATCH_PLACES: ReadonlyMap<string, Allowed> = new Map([
  ['owner', { name: 'owner', chains: SENT }],
  ['mac', { name: 'mac', chains: COMING }],
  ['eui64', { name: 'eui64', chains: COMING }],
  ['socket', { name: 'socket', chains: ['PREROUTING', 'INPUT'] }],
  ['realm', { name: 'realm', chains: ['INPUT', ...LEAVING] }],
  ['rpfilter', { name: 'rpfilter', tables: ['raw', 'mangle'], chains: ['PREROUTING'] }],
]);
