/** -m mark and -m connmark: the packet's or the connection's mark under a mask (extensions/libxt_mark.c, libxt_connmark.c). */
import { listingModule, type MatchModule } from '../module.js';
import { formatMark, takeMark } from '../value/mark.js';
import { bang } from '../value/quote.js';

function markModule(kind: 'mark' | 'connmark'): MatchModule {
  return listingModule({
    name: kind,
    needs: '--mark',
    negatable: { '--mark': (reader, matches, not) => matches.push({ kind, ...takeMark(reader), not }) },
    format: ([match]) => (match?.kind === kind ? `${bang(match.not)}--mark ${formatMark(match)}` : ''),
  });
}

export const mark: MatchModule = markModule('mark');
export const connmark: MatchModule = markModule('connmark');
