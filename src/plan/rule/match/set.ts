/** -m set: membership of an ipset, and what its element's counters say (extensions/libxt_set.c). */
import { type MatchModule, matchModule } from '../module.js';
import { refuse, type RuleReader } from '../rule-reader.js';
import type { CounterTest, SetCounters, SetUse } from '../rule.js';
import { formatSetUse, takeSetUse } from '../target/set.js';
import { takeNumber } from '../value/number.js';
import { bang } from '../value/quote.js';

interface Draft {
  use: SetUse | undefined;
  not: boolean;
  returnNomatch: boolean;
  readonly counters: { -readonly [Field in keyof SetCounters]: SetCounters[Field] };
}

function counter(what: 'packets' | 'bytes', op: 'eq' | 'lt' | 'gt'): (reader: RuleReader, draft: Draft, not: boolean) => void {
  return (reader, { counters }, not) => {
    if (counters[what] !== undefined) refuse(reader, 'repeated-option', `one rule asks once for ${what}`);
    counters[what] = { op: not ? 'ne' : op, value: takeNumber(reader, { min: 0, max: Number.MAX_SAFE_INTEGER }) };
  };
}

function formatCounters({ packets, bytes, still, stillBelow }: SetCounters): readonly string[] {
  const test = (what: string, each: CounterTest | undefined): string[] =>
    each === undefined ? [] : [each.op === 'ne' ? `! --${what}-eq ${each.value}` : `--${what}-${each.op} ${each.value}`];
  const kept = [...(still === true ? ['! --update-counters'] : []), ...(stillBelow === true ? ['! --update-subcounters'] : [])];
  return [...kept, ...test('packets', packets), ...test('bytes', bytes)];
}

export const set: MatchModule = matchModule<Draft>({
  name: 'set',
  begin: () => ({ use: undefined, not: false, returnNomatch: false, counters: {} }),
  options: {
    '--return-nomatch': (_reader, draft) => {
      draft.returnNomatch = true;
    },
    '--packets-lt': counter('packets', 'lt'),
    '--packets-gt': counter('packets', 'gt'),
    '--bytes-lt': counter('bytes', 'lt'),
    '--bytes-gt': counter('bytes', 'gt'),
  },
  negatable: {
    '--match-set': (reader, draft, not) => {
      draft.use = takeSetUse(reader);
      draft.not = not;
    },
    '--update-counters': (_reader, { counters }, not) => {
      if (not) counters.still = true;
    },
    '--update-subcounters': (_reader, { counters }, not) => {
      if (not) counters.stillBelow = true;
    },
    '--packets-eq': counter('packets', 'eq'),
    '--bytes-eq': counter('bytes', 'eq'),
  },
  finish: (reader, { use, not, returnNomatch, counters }) => {
    if (use === undefined) return refuse(reader, 'missing-option', '`-m set` needs --match-set');
    return [
      { kind: 'set', ...use, not, ...(returnNomatch ? { returnNomatch } : {}), ...(Object.keys(counters).length > 0 ? { counters } : {}) },
    ];
  },
  format: ([match]) => {
    if (match?.kind !== 'set') return '';
    const words = [`${bang(match.not)}--match-set ${formatSetUse(match)}`, ...(match.returnNomatch === true ? ['--return-nomatch'] : [])];
    return [...words, ...formatCounters(match.counters ?? {})].join(' ');
  },
});
