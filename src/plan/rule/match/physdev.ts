/** -m physdev: the bridge ports by which br_netfilter saw the packet come and go (extensions/libxt_physdev.c). */
import { listingModule, type MatchModule } from '../module.js';
import type { RuleReader } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { takeInterface } from '../value/name.js';
import { bang } from '../value/quote.js';

type Read = (reader: RuleReader, matches: Match[], not: boolean) => void;

function readIs(what: 'in' | 'out' | 'bridged'): Read {
  return (_reader, matches, not) => matches.push({ kind: 'physdev-is', what, not });
}

const ORDER: readonly string[] = ['in', 'physdev-in', 'out', 'physdev-out', 'bridged'];

export const physdev: MatchModule = listingModule({
  name: 'physdev',
  needs: 'at least one option',
  negatable: {
    '--physdev-in': (reader, matches, not) => matches.push({ kind: 'physdev-in', ...takeInterface(reader), not }),
    '--physdev-out': (reader, matches, not) => matches.push({ kind: 'physdev-out', ...takeInterface(reader), not }),
    '--physdev-is-in': readIs('in'),
    '--physdev-is-out': readIs('out'),
    '--physdev-is-bridged': readIs('bridged'),
  },
  format: (matches) => matches.map(formatOne).join(' '),
  rank: (match) => ORDER.indexOf(match.kind === 'physdev-is' ? match.what : match.kind),
});

function formatOne(match: Match): string {
  if (match.kind === 'physdev-is') return `${bang(match.not)}--physdev-is-${match.what}`;
  if (match.kind === 'physdev-in' || match.kind === 'physdev-out')
    return `${bang(match.not)}--${match.kind} ${match.name}${match.prefix ? '+' : ''}`;
  return '';
}
