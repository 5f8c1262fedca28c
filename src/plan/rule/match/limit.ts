/** -m limit: a token bucket (extensions/libxt_limit.c). The kernel keeps the time between two tokens in tenths of a millisecond. */
import { type MatchModule, matchModule } from '../module.js';
import { notModelled, refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { parseNumber, takeNumber } from '../value/number.js';

interface Draft {
  packets: number;
  perSeconds: number;
  burst: number;
}

/** Longest first; what is typed may be any beginning of the long word. */
const UNITS = [
  { word: 'day', name: 'day', seconds: 86_400 },
  { word: 'hour', name: 'hour', seconds: 3_600 },
  { word: 'minute', name: 'min', seconds: 60 },
  { word: 'second', name: 'sec', seconds: 1 },
] as const;

const SCALE = 10_000;
const BURST = 5;

function readRate(reader: RuleReader, draft: Draft): void {
  const word = takeValue(reader);
  const slash = word.indexOf('/');
  const tail = slash < 0 ? 'second' : word.slice(slash + 1).toLowerCase();
  const unit = tail === '' ? undefined : UNITS.find((each) => each.word.startsWith(tail));
  const packets = parseNumber(slash < 0 ? word : word.slice(0, slash));
  if (unit === undefined || !(packets > 0)) refuse(reader, 'bad-rate', `\`--limit\` takes a rate such as 10/minute, but has \`${word}\``);
  if (packets > SCALE * unit.seconds) refuse(reader, 'bad-rate', `the rate \`${word}\` is faster than the kernel can count`);
  draft.packets = packets;
  draft.perSeconds = unit.seconds;
}

export const limit: MatchModule = matchModule<Draft>({
  name: 'limit',
  begin: () => ({ packets: 3, perSeconds: 3_600, burst: BURST }),
  options: {
    '--limit': readRate,
    '--limit-burst': (reader, draft) => {
      draft.burst = takeNumber(reader, { min: 0, max: 10_000 });
      if (draft.burst === 0) notModelled(reader, 'a burst of 0');
    },
  },
  finish: (_reader, draft) => [{ kind: 'limit', ...draft }],
  format: ([match]) => {
    if (match?.kind !== 'limit') return '';
    const rate = `--limit ${formatRate(Math.floor((SCALE * match.perSeconds) / match.packets))}`;
    return match.burst === BURST ? rate : `${rate} --limit-burst ${match.burst}`;
  },
});

/** The shortest unit that says the period without loss, as libxt_limit.c chooses it. */
function formatRate(period: number): string {
  let chosen: (typeof UNITS)[number] = UNITS[0];
  for (const unit of UNITS.slice(1)) {
    const ticks = unit.seconds * SCALE;
    if (period > ticks || Math.floor(ticks / period) < ticks % period) break;
    chosen = unit;
  }
  return `${Math.floor((chosen.seconds * SCALE) / period)}/${chosen.name}`;
}
