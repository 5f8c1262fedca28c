/**
 * The text that iptables-save 1.8.9 prints for a rule, after `-A CHAIN ` (iptables/nft-shared.c, save_matches_and_target). Left
 * out: host bits of the addresses of -m conntrack, which iptables-save keeps though they mean nothing.
 */
import { formatCidr } from '../../base/cidr.js';
import { MATCHES } from './extensions.js';
import { formatTarget } from './format-target.js';
import { InvariantError } from '../../base/errors.js';
import type { MatchModule } from './module.js';
import type { Match, ModuleUse, Rule } from './rule.js';
import { formatProtocol, SCTP, UDP } from './value/protocol.js';
import { bang } from './value/quote.js';

export function formatRule(rule: Rule): string {
  const { matches, target } = rule;
  const words: string[] = [];
  let at = 0;
  for (; at < matches.length; at++) {
    const word = formatHeader(matches[at]);
    if (word === undefined) break;
    words.push(word);
  }
  for (const use of rule.modules ?? deriveModules(matches.slice(at))) {
    words.push(formatModule(use.name, matches.slice(at, at + use.matches)));
    at += use.matches;
  }
  if (target !== undefined) words.push(formatTarget(target));
  return words.join(' ');
}

/** Undefined for what an extension brought. */
function formatHeader(match: Match | undefined): string | undefined {
  switch (match?.kind) {
    case 'source':
      return `${bang(match.not)}-s ${formatCidr(match.cidr)}`;
    case 'destination':
      return `${bang(match.not)}-d ${formatCidr(match.cidr)}`;
    case 'in-interface':
      return `${bang(match.not)}-i ${match.name}${match.prefix ? '+' : ''}`;
    case 'out-interface':
      return `${bang(match.not)}-o ${match.name}${match.prefix ? '+' : ''}`;
    case 'protocol':
      return `${bang(match.not)}-p ${formatProtocol(match.proto)}`;
    case 'fragment':
      return `${bang(match.not)}-f`;
    default:
      return undefined;
  }
}

function formatModule(name: string, matches: readonly Match[]): string {
  const module = MATCHES.get(name);
  if (module === undefined) throw new InvariantError(`no match ${name} can be printed`);
  const options = module.format(inRank(module, matches));
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

function moduleOf(match: Match): string {
  switch (match.kind) {
    case 'source-port':
    case 'destination-port':
      return match.proto === UDP ? 'udp' : match.proto === SCTP ? 'sctp' : 'tcp';
    case 'tcp-flags':
      return 'tcp';
    case 'icmp-type':
      return 'icmp';
    case 'ct-state':
    case 'ct-direction':
    case 'ct-protocol':
    case 'ct-address':
    case 'ct-port':
    case 'ct-status':
      return 'conntrack';
    case 'source-type':
    case 'destination-type':
      return 'addrtype';
    case 'statistic-random':
    case 'statistic-nth':
      return 'statistic';
    case 'physdev-in':
    case 'physdev-out':
    case 'physdev-is':
      return 'physdev';
    case 'ip-range':
      return 'iprange';
    case 'owner-socket':
      return 'owner';
    case 'mac-source':
      return 'mac';
    case 'packet-type':
      return 'pkttype';
    default:
      return match.kind;
  }
}
