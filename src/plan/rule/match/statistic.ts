/** -m statistic: a share of packets at random, or every nth (extensions/libxt_statistic.c). The kernel keeps a probability in 31 bits. */
import { type MatchModule, matchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { wordIn } from '../value/name.js';
import { takeNumber, U32 } from '../value/number.js';
import { bang } from '../value/quote.js';

interface Draft {
  mode?: 'random' | 'nth';
  probability?: number;
  every?: number;
  packet?: number;
  not: boolean;
}

const ONE = 0x80000000;

function takeProbability(reader: RuleReader): number {
  const word = takeValue(reader);
  const value = /^[0-9.]+(?:[eE][-+]?\d+)?$/.test(word) ? Number(word) : Number.NaN;
  if (value >= 0 && value <= 1) return Math.round(value * ONE);
  return refuse(reader, 'bad-probability', `\`--probability\` takes a number from 0 to 1, but has \`${word}\``);
}

function finish(reader: RuleReader, draft: Draft): readonly Match[] {
  const { mode, probability, every, packet, not } = draft;
  if (mode === undefined) refuse(reader, 'missing-option', '`-m statistic` needs --mode random or --mode nth');
  if (mode === 'random') {
    if (every !== undefined || packet !== undefined) refuse(reader, 'wrong-option', '--every and --packet belong to --mode nth');
    if (probability === undefined) refuse(reader, 'missing-option', '`--mode random` needs --probability');
    return [{ kind: 'statistic-random', probability, not }];
  }
  if (probability !== undefined) refuse(reader, 'wrong-option', '--probability belongs to --mode random');
  if (every === undefined || packet === undefined) refuse(reader, 'missing-option', '`--mode nth` needs --every and --packet');
  if (packet >= every) refuse(reader, 'bad-number', '`--packet` must be less than --every');
  return [{ kind: 'statistic-nth', every, packet, not }];
}

export const statistic: MatchModule = matchModule<Draft>({
  name: 'statistic',
  begin: () => ({ not: false }),
  options: {
    '--mode': (reader, draft) => {
      draft.mode = wordIn(reader, takeValue(reader), ['random', 'nth']);
    },
    '--packet': (reader, draft) => {
      draft.packet = takeNumber(reader, U32);
    },
  },
  negatable: {
    '--probability': (reader, draft, not) => {
      draft.probability = takeProbability(reader);
      draft.not = not;
    },
    '--every': (reader, draft, not) => {
      draft.every = takeNumber(reader, { min: 1, max: U32.max });
      draft.not = not;
    },
  },
  finish,
  format: ([match]) => {
    if (match?.kind === 'statistic-random') return `--mode random ${bang(match.not)}--probability ${(match.probability / ONE).toFixed(11)}`;
    if (match?.kind !== 'statistic-nth') return '';
    return `--mode nth ${bang(match.not)}--every ${match.every} --packet ${match.packet}`;
  },
});
