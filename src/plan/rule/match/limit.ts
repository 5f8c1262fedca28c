/** -m limit: a token bucket (extensions/libxt_limit.c). The kernel keeps the time between two tokens in tenths of a millisecond. */
import { type MatchModule, matchModule } from '../module.js';
import { notModelled, takeValue } from '../rule-reader.js';
import { takeNumber } from '../value/number.js';
import { formatRate, type Rate, rateIn } from '../value/rate.js';

interface Draft {
  rate: Rate;
  burst: number;
}

const SCALE = 10_000;
const BURST = 5;

export const limit: MatchModule = matchModule<Draft>({
  name: 'limit',
  begin: () => ({ rate: { packets: 3, perSeconds: 3_600 }, burst: BURST }),
  options: {
    '--limit': (reader, draft) => {
      draft.rate = rateIn(reader, takeValue(reader), SCALE);
    },
    '--limit-burst': (reader, draft) => {
      draft.burst = takeNumber(reader, { min: 0, max: 10_000 });
      if (draft.burst === 0) notModelled(reader, 'a burst of 0');
    },
  },
  finish: (_reader, { rate, burst }) => [{ kind: 'limit', ...rate, burst }],
  format: ([match]) => {
    if (match?.kind !== 'limit') return '';
    const rate = `--limit ${formatRate(match, SCALE).text}`;
    return match.burst === BURST ? rate : `${rate} --limit-burst ${match.burst}`;
  },
});
