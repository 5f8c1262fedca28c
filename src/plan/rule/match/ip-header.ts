/** -m length, -m ttl, -m hl, -m dscp, -m tos: fields of the IP header (extensions/libxt_length.c, libipt_ttl.c, libxt_dscp.c, libxt_tos.c). */
import { listingModule, type MatchModule } from '../module.js';
import { type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { formatDscp, formatTos, takeDscp, takeDscpClass, takeTos } from '../value/dscp.js';
import { formatRange, numberIn, type RangeForm, rangeIn, takeNumber, U16, U8 } from '../value/number.js';
import { bang } from '../value/quote.js';

const LENGTHS: RangeForm = { separator: ':', limits: U16, read: (reader, part) => numberIn(reader, part, U16) };

export const length: MatchModule = listingModule({
  name: 'length',
  needs: '--length',
  negatable: {
    '--length': (reader, matches, not) => {
      const lengths = rangeIn(reader, takeValue(reader), LENGTHS);
      matches.push({ kind: 'length', lengths, not });
    },
  },
  format: ([match]) => (match?.kind === 'length' ? `${bang(match.not)}--length ${formatRange(match.lengths, ':')}` : ''),
});

type ReadLimit = (reader: RuleReader, matches: Match[], not: boolean) => void;

function readTtl(op: 'eq' | 'lt' | 'gt', kind: 'ttl' | 'hop-limit' = 'ttl'): ReadLimit {
  return (reader, matches, not) => matches.push({ kind, op, value: takeNumber(reader, U8), not });
}

export const ttl: MatchModule = listingModule({
  name: 'ttl',
  needs: '--ttl-eq, --ttl-lt or --ttl-gt',
  negatable: { '--ttl-eq': readTtl('eq'), '--ttl': readTtl('eq') },
  options: { '--ttl-lt': readTtl('lt'), '--ttl-gt': readTtl('gt') },
  format: ([match]) => (match?.kind === 'ttl' ? `${bang(match.not)}--ttl-${match.op} ${match.value}` : ''),
});

/** The same for IPv6 (extensions/libip6t_hl.c). */
export const hl: MatchModule = listingModule({
  name: 'hl',
  needs: '--hl-eq, --hl-lt or --hl-gt',
  negatable: { '--hl-eq': readTtl('eq', 'hop-limit'), '--hl': readTtl('eq', 'hop-limit') },
  options: { '--hl-lt': readTtl('lt', 'hop-limit'), '--hl-gt': readTtl('gt', 'hop-limit') },
  format: ([match]) => (match?.kind === 'hop-limit' ? `${bang(match.not)}--hl-${match.op} ${match.value}` : ''),
});

export const dscp: MatchModule = listingModule({
  name: 'dscp',
  needs: '--dscp or --dscp-class',
  negatable: {
    '--dscp': (reader, matches, not) => matches.push({ kind: 'dscp', value: takeDscp(reader), not }),
    '--dscp-class': (reader, matches, not) => matches.push({ kind: 'dscp', value: takeDscpClass(reader), not }),
  },
  format: ([match]) => (match?.kind === 'dscp' ? `${bang(match.not)}--dscp ${formatDscp(match.value)}` : ''),
});

export const tos: MatchModule = listingModule({
  name: 'tos',
  needs: '--tos',
  negatable: { '--tos': (reader, matches, not) => matches.push({ kind: 'tos', ...takeTos(reader, 0xff), not }) },
  format: ([match]) => (match?.kind === 'tos' ? `${bang(match.not)}--tos ${formatTos(match)}` : ''),
});
