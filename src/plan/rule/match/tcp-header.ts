/** -m ecn, -m tcpmss: fields and options of the headers that few rules ask for (extensions/libxt_ecn.c, libxt_tcpmss.c). */
import { listingModule, type MatchModule } from '../module.js';
import { takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { formatRange, numberIn, type RangeForm, rangeIn, takeNumber, U16 } from '../value/number.js';
import { TCP } from '../value/protocol.js';
import { bang } from '../value/quote.js';

const ORDER: readonly string[] = ['ece', 'cwr'];

/** In the order of the tool: ECE, CWR, and the field of the IP header. */
export const ecn: MatchModule = listingModule({
  name: 'ecn',
  needs: 'at least one option',
  negatable: {
    '--ecn-tcp-cwr': (_reader, matches, not) => matches.push({ kind: 'ecn-tcp', bit: 'cwr', not }),
    '--ecn-tcp-ece': (_reader, matches, not) => matches.push({ kind: 'ecn-tcp', bit: 'ece', not }),
    '--ecn-ip-ect': (reader, matches, not) => matches.push({ kind: 'ecn-ip', ect: takeNumber(reader, { min: 0, max: 3 }), not }),
  },
  rank: (match) => (match.kind === 'ecn-tcp' ? ORDER.indexOf(match.bit) : 2),
  format: (matches) => matches.map(formatOne).join(' '),
});

function formatOne(match: Match): string {
  if (match.kind === 'ecn-tcp') return `${bang(match.not)}--ecn-tcp-${match.bit}`;
  return match.kind === 'ecn-ip' ? `${bang(match.not)}--ecn-ip-ect ${match.ect}` : '';
}

const SIZES: RangeForm = { separator: ':', limits: U16, read: (reader, part) => numberIn(reader, part, U16) };

export const tcpmss: MatchModule = listingModule({
  name: 'tcpmss',
  needs: '--mss',
  protocols: [TCP],
  negatable: {
    '--mss': (reader, matches, not) => {
      const sizes = rangeIn(reader, takeValue(reader), SIZES);
      matches.push({ kind: 'tcpmss', sizes, not });
    },
  },
  format: ([match]) => (match?.kind === 'tcpmss' ? `${bang(match.not)}--mss ${formatRange(match.sizes, ':')}` : ''),
});
