/**
 * -m hashlimit: a token bucket for each address, port, or both (extensions/libxt_hashlimit.c, revision 3). Left out, and unsupported by name:
 * rates in bytes, --hashlimit-rate-match.
 */
import type { HashlimitMatch, HashlimitMode } from '../extension-match.js';
import { type MatchModule, matchModule } from '../module.js';
import { notModelled, refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { takeName, takeWords } from '../value/name.js';
import { takeNumber, U32 } from '../value/number.js';
import { formatRate, type Rate, rateIn } from '../value/rate.js';

type Draft = { -readonly [Field in Exclude<keyof HashlimitMatch, 'kind'>]: HashlimitMatch[Field] } & { given: boolean; named: boolean };

const SCALE = 1_000_000;
const BURST = 5;
const GC_INTERVAL = 1000;
const MODES: readonly HashlimitMode[] = ['srcip', 'srcport', 'dstip', 'dstport'];
const DAY = 86_400;

function takeRate(reader: RuleReader): Rate {
  const word = takeValue(reader);
  if (/^\d+[kmg]?b(\/|$)/i.test(word)) notModelled(reader, `a rate of bytes (\`${word}\`)`);
  return rateIn(reader, word, SCALE);
}

function limit(above: boolean): (reader: RuleReader, draft: Draft, not: boolean) => void {
  return (reader, draft, not) => {
    if (draft.given) refuse(reader, 'repeated-option', 'only one of --hashlimit-upto and --hashlimit-above can stand in one -m hashlimit');
    draft.given = true;
    draft.above = above !== not;
    const { packets, perSeconds } = takeRate(reader);
    draft.packets = packets;
    draft.perSeconds = perSeconds;
  };
}

type Counted = 'max' | 'expire' | 'size' | 'gcInterval' | 'sourceLength' | 'destinationLength';

function number(field: Counted, max: number = U32.max): (reader: RuleReader, draft: Draft) => void {
  return (reader, draft) => {
    draft[field] = takeNumber(reader, { min: 0, max });
  };
}

const upto = limit(false);

export const hashlimit: MatchModule = matchModule<Draft>({
  name: 'hashlimit',
  begin: () => ({
    ...{
      above: false,
      packets: 0,
      perSeconds: 1,
      burst: BURST,
      modes: [],
      name: '',
      sourceLength: undefined,
      destinationLength: undefined,
    },
    ...{ max: undefined, expire: undefined, size: undefined, gcInterval: undefined, given: false, named: false },
  }),
  negatable: { '--hashlimit-upto': upto, '--hashlimit': upto, '--hashlimit-above': limit(true) },
  options: {
    '--hashlimit-burst': (reader, draft) => {
      draft.burst = takeNumber(reader, { min: 1, max: 1_000_000 });
    },
    '--hashlimit-mode': (reader, draft) => {
      draft.modes = takeWords(reader, MODES);
    },
    '--hashlimit-name': (reader, draft) => {
      draft.name = takeName(reader, 254);
      draft.named = true;
    },
    '--hashlimit-srcmask': number('sourceLength', 128),
    '--hashlimit-dstmask': number('destinationLength', 128),
    '--hashlimit-htable-size': number('size'),
    '--hashlimit-htable-max': number('max'),
    '--hashlimit-htable-gcinterval': number('gcInterval'),
    '--hashlimit-htable-expire': number('expire'),
  },
  unmodelled: ['--hashlimit-rate-match', '--hashlimit-rate-interval'],
  finish: (reader, { given, named, ...match }) => {
    if (!given) refuse(reader, 'missing-option', '`-m hashlimit` needs --hashlimit-upto or --hashlimit-above');
    if (!named) refuse(reader, 'missing-option', '`-m hashlimit` needs --hashlimit-name');
    if ((match.perSeconds * match.burst) / match.packets > DAY)
      notModelled(reader, 'a burst of more than a day, which some kernels take and others do not');
    return [{ kind: 'hashlimit', ...match }];
  },
  format: ([match], six) => (match?.kind === 'hashlimit' ? format(match, six ? 128 : 32) : ''),
});

function format(match: HashlimitMatch, bits: number): string {
  const { text, seconds } = formatRate(match, SCALE);
  const expire = match.expire ?? match.perSeconds * 1000;
  const words = [`--hashlimit-${match.above ? 'above' : 'upto'} ${text} --hashlimit-burst ${match.burst}`];
  if (match.modes.length > 0) words.push(`--hashlimit-mode ${match.modes.join(',')}`);
  words.push(`--hashlimit-name ${match.name}`);
  if ((match.size ?? 0) !== 0) words.push(`--hashlimit-htable-size ${match.size}`);
  if ((match.max ?? 0) !== 0) words.push(`--hashlimit-htable-max ${match.max}`);
  if ((match.gcInterval ?? GC_INTERVAL) !== GC_INTERVAL) words.push(`--hashlimit-htable-gcinterval ${match.gcInterval}`);
  if (expire !== seconds * 1000) words.push(`--hashlimit-htable-expire ${expire}`);
  if ((match.sourceLength ?? bits) !== bits) words.push(`--hashlimit-srcmask ${match.sourceLength}`);
  if ((match.destinationLength ?? bits) !== bits) words.push(`--hashlimit-dstmask ${match.destinationLength}`);
  return words.join(' ');
}
