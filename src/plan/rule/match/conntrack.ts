/**
 * -m conntrack: what connection tracking knows of the packet (extensions/libxt_conntrack.c), and its ancestor -m
 * state.
 */
import { addressBits, type Cidr, formatCidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import { listingModule, type MatchModule } from '../module.js';
import { type RuleReader, takeValue } from '../rule-reader.js';
import type { CtStateName, Match } from '../rule.js';
import { formatRange, numberIn, type RangeForm, rangeIn, U32 } from '../value/number.js';
import { portRangeIn } from '../value/port.js';
import { cidrIn } from '../value/address.js';
import { takeWords, wordIn } from '../value/name.js';
import { protocolIn } from '../value/protocol.js';
import { bang } from '../value/quote.js';

type Of<Kind extends Match['kind']> = Extract<Match, { kind: Kind }>;
type ReadMatch = (reader: RuleReader, matches: Match[], not: boolean) => void;

/** In the order iptables-save prints them. */
const STATES: readonly CtStateName[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];
const STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
const SECONDS: RangeForm = { separator: ':', limits: U32, read: (reader, part) => numberIn(reader, part, U32) };
const DIRECTIONS = ['ORIGINAL', 'REPLY'] as const;

const readStates: ReadMatch = (reader, matches, not) => matches.push({ kind: 'ct-state', states: takeWords(reader, STATES), not });

function readAddress(which: Of<'ct-address'>['which']): ReadMatch {
  return (reader, matches, not) => matches.push({ kind: 'ct-address', which, cidr: cidrIn(reader, takeValue(reader)), not });
}

function readPort(which: Of<'ct-port'>['which']): ReadMatch {
  return (reader, matches, not) => matches.push({ kind: 'ct-port', which, ports: portRangeIn(reader, takeValue(reader)), not });
}

export const conntrack: MatchModule = listingModule({
  name: 'conntrack',
  needs: 'at least one option',
  negatable: {
    '--ctstate': readStates,
    '--ctproto': (reader, matches, not) => matches.push({ kind: 'ct-protocol', proto: protocolIn(reader, takeValue(reader)), not }),
    '--ctorigsrc': readAddress('origsrc'),
    '--ctorigdst': readAddress('origdst'),
    '--ctreplsrc': readAddress('replsrc'),
    '--ctrepldst': readAddress('repldst'),
    '--ctorigsrcport': readPort('origsrcport'),
    '--ctorigdstport': readPort('origdstport'),
    '--ctreplsrcport': readPort('replsrcport'),
    '--ctrepldstport': readPort('repldstport'),
    '--ctexpire': (reader, matches, not) => matches.push({ kind: 'ct-expire', seconds: rangeIn(reader, takeValue(reader), SECONDS), not }),
    '--ctstatus': (reader, matches, not) => matches.push({ kind: 'ct-status', statuses: takeWords(reader, STATUSES), not }),
  },
  options: {
    '--ctdir': (reader, matches) =>
      matches.push({ kind: 'ct-direction', direction: wordIn(reader, takeValue(reader), DIRECTIONS), not: false }),
  },
  format: (matches) => matches.map(formatOne).join(' '),
  rank,
});

export const state: MatchModule = listingModule({
  name: 'state',
  needs: '--state',
  negatable: { '--state': readStates },
  format: ([match]) => (match?.kind === 'ct-state' ? `${bang(match.not)}--state ${match.states.join(',')}` : ''),
});

/** A single address stands without its length here. */
function formatAddress(cidr: Cidr): string {
  return cidr.length === addressBits(cidr.ip) ? formatIp(cidr.ip) : formatCidr(cidr);
}

const ORDER: readonly string[] =
  'ct-state ct-protocol origsrc origdst replsrc repldst origsrcport origdstport replsrcport repldstport ct-status ct-expire ct-direction'.split(
    ' ',
  );

function rank(match: Match): number {
  return ORDER.indexOf('which' in match ? match.which : match.kind);
}

function formatOne(match: Match): string {
  const { kind } = match;
  if (kind === 'ct-state') return `${bang(match.not)}--ctstate ${match.states.join(',')}`;
  if (kind === 'ct-protocol') return `${bang(match.not)}--ctproto ${match.proto}`;
  if (kind === 'ct-address') return `${bang(match.not)}--ct${match.which} ${formatAddress(match.cidr)}`;
  if (kind === 'ct-port') return `${bang(match.not)}--ct${match.which} ${formatRange(match.ports, ':')}`;
  if (kind === 'ct-status') return `${bang(match.not)}--ctstatus ${match.statuses.join(',')}`;
  if (kind === 'ct-expire') return `${bang(match.not)}--ctexpire ${formatRange(match.seconds, ':')}`;
  return kind === 'ct-direction' ? `--ctdir ${match.direction}` : '';
}
