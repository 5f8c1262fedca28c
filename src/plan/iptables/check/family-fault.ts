/** What of a rule belongs to the other family: iptables has no such match or target for it (libxtables looks for libipt_ or libip6t_ by name). */
import type { Problem } from '../../../base/errors.js';
import { formatIp, type Ip } from '../../../base/ip.js';
import type { Match, Rule } from '../../rule/rule.js';

export interface WordFault extends Omit<Problem, 'position'> {
  /** The word of the rule that is wrong. */
  readonly word: string;
}

/** Matches of one family alone. */
const ONLY: ReadonlyMap<string, 4 | 6> = new Map([
  ...['icmp', 'ttl', 'realm'].map((name) => [name, 4] as const),
  ...['icmp6', 'icmpv6', 'hl', 'ipv6header', 'frag', 'rt', 'hbh', 'dst', 'mh', 'eui64', 'srh'].map((name) => [name, 6] as const),
]);
const OTHER_WORD: Readonly<Record<string, string>> = { icmp: 'icmp6', ttl: 'hl', icmp6: 'icmp', icmpv6: 'icmp', hl: 'ttl' };

export function familyFault(rule: Rule, family: 4 | 6): WordFault | undefined {
  for (const { name } of rule.modules ?? []) {
    const only = ONLY.get(name);
    if (only === undefined || only === family) continue;
    const other = OTHER_WORD[name];
    return fault(name, `the match \`${name}\` is of IPv${only}`, other === undefined ? undefined : `here it is -m ${other}`);
  }
  for (const match of rule.matches) {
    if (match.kind === 'fragment' && family === 6) return fault('-f', '-f is of IPv4', 'here it is -m frag');
    if (match.kind === 'extension-header' && match.name === 'ah' && family === 4 && !isAh(rule))
      return fault('ah', 'the match `ah` is only for ah, which a rule of IPv4 must name', 'add -p ah');
    const ip = addressOf(match);
    if (ip !== undefined && isOther(ip, family)) return foreign(ip, family);
  }
  return targetFault(rule, family);
}

const AH = 51;

function isAh({ matches }: Rule): boolean {
  return matches.some((match) => match.kind === 'protocol' && match.proto === AH && !match.not);
}

function addressOf(match: Match): Ip | undefined {
  if ('cidr' in match) return match.cidr.ip;
  return match.kind === 'ip-range' ? match.from : undefined;
}

function isOther(ip: Ip, family: 4 | 6): boolean {
  return (typeof ip === 'bigint') !== (family === 6);
}

function foreign(ip: Ip, family: 4 | 6): WordFault {
  const fix = `write it into ${family === 4 ? 'ip6tables' : 'iptables'}`;
  return fault(formatIp(ip), `${formatIp(ip)} is no address of IPv${family}`, fix);
}

function targetFault({ target }: Rule, family: 4 | 6): WordFault | undefined {
  if (target === undefined) return undefined;
  if (target.kind === 'ttl' && family === 6) return fault('TTL', 'the target TTL is of IPv4', 'here it is -j HL');
  if (target.kind === 'hop-limit' && family === 4) return fault('HL', 'the target HL is of IPv6', 'here it is -j TTL');
  if ('range' in target && target.range.fromIp !== undefined && isOther(target.range.fromIp, family))
    return foreign(target.range.fromIp, family);
  if (target.kind === 'npt' && family === 4) return fault('-j', `the target ${target.side === 'source' ? 'S' : 'D'}NPT is of IPv6`);
  if (target.kind === 'unseen' && target.name === 'ECN' && family === 6) return fault('ECN', 'the target ECN is of IPv4');
  const address = target.kind === 'tproxy' ? target.ip : target.kind === 'tee' ? target.gateway : undefined;
  if (address !== undefined && isOther(address, family)) return foreign(address, family);
  if (target.kind === 'netmap' && isOther(target.cidr.ip, family)) return foreign(target.cidr.ip, family);
  if (target.kind !== 'reject' || target.with === 'tcp-reset') return undefined;
  // A REJECT without an answer means a closed port in either family.
  if (family === 4 && target.with.startsWith('icmp6-')) return fault(target.with, `${target.with} is an answer of IPv6`);
  if (family === 6 && target.with.startsWith('icmp-') && target.with !== 'icmp-port-unreachable')
    return fault(target.with, `${target.with} is an answer of IPv4`);
  return undefined;
}

function fault(word: string, message: string, fix?: string): WordFault {
  return { word, code: 'wrong-family', message, fix };
}
