/**
 * The text that iptables-save 1.8.9 prints for a rule, after `-A CHAIN ` (iptables/nft-shared.c, save_matches_and_target). Left
 * out: host bits of the addresses of -m conntrack, which iptables-save keeps though they mean nothing.
 */
import { formatCidr } from '../../base/cidr.js';
import { InvariantError } from '../../base/errors.js';
import { MATCHES } from './extensions.js';
import { formatTarget } from './format-target.js';
import type { MatchModule } from './module.js';
import type { Match, ModuleUse, Rule } from './rule.js';
import { formatProtocol } from './value/protocol.js';
import { bang } from './value/quote.js';

/** `six`: as ip6tables-save does. */
export function formatRule(rule: Rule, six = false): string {
  const { matches, target } = rule;
  const words: string[] = [];
  let at = 0;
  for (; at < matches.length; at++) {
    const word = formatHeader(matches[at]);
    if (word === undefined) break;
    words.push(word);
  }
  for (const use of rule.modules ?? deriveModules(matches.slice(at))) {
    words.push(formatModule(use.name, matches.slice(at, at + use.matches), six));
    at += use.matches;
  }
  if (target !== undefined) words.push(formatTarget(target, six));
  return words.join(' ');
}

/** Undefined for what an extension brought. */
function formatHeader(match: Match | undefined): string | undefined {
  if (match === undefined) return undefined;
  const { kind } = match;
  if (kind === 'source' || kind === 'destination') return `${bang(match.not)}-${kind[0]} ${formatCidr(match.cidr)}`;
  if (kind === 'in-interface' || kind === 'out-interface') return `${bang(match.not)}-${kind[0]} ${match.name}${match.prefix ? '+' : ''}`;
  if (kind === 'protocol') return `${bang(match.not)}-p ${formatProtocol(match.proto)}`;
  return kind === 'fragment' ? `${bang(match.not)}-f` : undefined;
}

function formatModule(name: string, matches: readonly Match[], six: boolean): string {
  const module = MATCHES.get(name);
  if (module === undefined) throw new InvariantError(`no match ${name} can be printed`);
  const options = module.format(inRank(module, matches), six);
  return options === '' ? `-m ${name}` : `-m ${name} ${options}`;
}

function inRank({ rank }: MatchModule, matches: readonly Match[]): readonly Match[] {
  return rank === undefined || matches.length < 2 ? matches : matches.toSorted((a, b) => rank(a) - rank(b));
}

/** For rules that no text was read for: neighbours of one extension share its -m as far as they can. */
function deriveModules(matches: readonly Match[]): readonly ModuleUse[] {
  const modules: { name: string; matches: number; ranks: Set<number> }[] = [];
  for (const match of matches) {
    const name = moduleOf(match);
    const rank = MATCHES.get(name)?.rank?.(match);
    const last = modules.at(-1);
    if (last?.name === name && rank !== undefined && !last.ranks.has(rank)) {
      last.matches++;
      last.ranks.add(rank);
    } else modules.push({ name, matches: 1, ranks: new Set(rank === undefined ? [] : [rank]) });
  }
  return modules;
}

/** Where the extension has not the name of its match. */
const MODULE_OF: Partial<Record<Match['kind'], string>> = {
  'tcp-flags': 'tcp',
  'icmp-type': 'icmp',
  'icmpv6-type': 'icmp6',
  'hop-limit': 'hl',
  'ct-state': 'conntrack',
  'ct-direction': 'conntrack',
  'ct-protocol': 'conntrack',
  'ct-address': 'conntrack',
  'ct-port': 'conntrack',
  'ct-status': 'conntrack',
  'source-type': 'addrtype',
  'destination-type': 'addrtype',
  'statistic-random': 'statistic',
  'statistic-nth': 'statistic',
  'physdev-in': 'physdev',
  'physdev-out': 'physdev',
  'physdev-is': 'physdev',
  'ip-range': 'iprange',
  'owner-socket': 'owner',
  'owner-groups': 'owner',
  'mac-source': 'mac',
  'packet-type': 'pkttype',
  'ipvs-protocol': 'ipvs',
  'ipvs-address': 'ipvs',
  'ipvs-port': 'ipvs',
  'ipvs-direction': 'ipvs',
  'ipvs-method': 'ipvs',
  'tcp-option': 'tcp',
  'sctp-chunks': 'sctp',
  'device-group': 'devgroup',
  'ecn-tcp': 'ecn',
  'ecn-ip': 'ecn',
  'ct-expire': 'conntrack',
};

function moduleOf(match: Match): string {
  if (match.kind === 'source-port' || match.kind === 'destination-port') return formatProtocol(match.proto);
  if (match.kind === 'extension-header') return match.name;
  return MODULE_OF[match.kind] ?? match.kind;
}
