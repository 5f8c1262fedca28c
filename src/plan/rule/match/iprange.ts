/** -m iprange: source or destination between two addresses (extensions/libxt_iprange.c). */
import { compareIp, formatIp } from '../../../base/ip.js';
import { listingModule, type MatchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { ipIn } from '../value/address.js';
import { bang } from '../value/quote.js';

function read(side: 'source' | 'destination'): (reader: RuleReader, matches: Match[], not: boolean) => void {
  return (reader, matches, not) => {
    const word = takeValue(reader);
    const dash = word.indexOf('-');
    const from = ipIn(reader, dash < 0 ? word : word.slice(0, dash));
    const to = dash < 0 ? from : ipIn(reader, word.slice(dash + 1));
    if (typeof from !== typeof to) refuse(reader, 'bad-range', `the range \`${word}\` mixes IPv4 and IPv6`);
    if (compareIp(from, to) > 0)
      refuse(reader, 'bad-range', `the range \`${word}\` ends before it begins`, 'write the lower address first');
    matches.push({ kind: 'ip-range', side, from, to, not });
  };
}

export const iprange: MatchModule = listingModule({
  name: 'iprange',
  needs: '--src-range or --dst-range',
  negatable: { '--src-range': read('source'), '--dst-range': read('destination') },
  rank: (match) => (match.kind === 'ip-range' && match.side === 'source' ? 0 : 1),
  format: (matches) => matches.map(formatOne).join(' '),
});

function formatOne(match: Match): string {
  if (match.kind !== 'ip-range') return '';
  return `${bang(match.not)}--${match.side === 'source' ? 'src' : 'dst'}-range ${formatIp(match.from)}-${formatIp(match.to)}`;
}
