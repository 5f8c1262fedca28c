/**
 * Rates such as `10/minute`, as -m limit and -m hashlimit take and print them: the kernel keeps the time between two packets in parts
 * of a second, and the tools print the shortest unit that says it without loss (extensions/libxt_limit.c, libxt_hashlimit.c).
 */
import { refuse, type RuleReader } from '../rule-reader.js';
import { parseNumber } from './number.js';

export interface Rate {
  readonly packets: number;
  readonly perSeconds: number;
}

/** Longest first; what is typed may be any beginning of the long word. */
const UNITS = [
  { word: 'day', name: 'day', seconds: 86_400 },
  { word: 'hour', name: 'hour', seconds: 3_600 },
  { word: 'minute', name: 'min', seconds: 60 },
  { word: 'second', name: 'sec', seconds: 1 },
] as const;

/** `scale` is the parts of a second that the kernel counts. */
export function rateIn(reader: RuleReader, word: string, scale: number): Rate {
  const slash = word.indexOf('/');
  const tail = slash < 0 ? 'second' : word.slice(slash + 1).toLowerCase();
  const unit = tail === '' ? undefined : UNITS.find((each) => each.word.startsWith(tail));
  const packets = parseNumber(slash < 0 ? word : word.slice(0, slash));
  if (unit === undefined || !(packets > 0))
    refuse(reader, 'bad-rate', `\`${reader.option}\` takes a rate such as 10/minute, but has \`${word}\``);
  if (packets > scale * unit.seconds) refuse(reader, 'bad-rate', `the rate \`${word}\` is faster than the kernel can count`);
  return { packets, perSeconds: unit.seconds };
}

/** The text of a rate, and the seconds of its unit. */
export function formatRate({ packets, perSeconds }: Rate, scale: number): { readonly text: string; readonly seconds: number } {
  const period = Math.floor((scale * perSeconds) / packets);
  let chosen: (typeof UNITS)[number] = UNITS[0];
  for (const unit of UNITS.slice(1)) {
    const ticks = unit.seconds * scale;
    if (period > ticks || Math.floor(ticks / period) < ticks % period) break;
    chosen = unit;
  }
  return { text: `${Math.floor((chosen.seconds * scale) / period)}/${chosen.name}`, seconds: chosen.seconds };
}
