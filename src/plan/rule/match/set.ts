/** -m set: membership of an ipset (extensions/libxt_set.c). Left out: counters and the changing of counters, unsupported by name. */
import { type MatchModule, matchModule } from '../module.js';
import { refuse } from '../rule-reader.js';
import type { SetUse } from '../rule.js';
import { formatSetUse, takeSetUse } from '../target/set.js';
import { bang } from '../value/quote.js';

interface Draft {
  use: SetUse | undefined;
  not: boolean;
  returnNomatch: boolean;
}

export const set: MatchModule = matchModule<Draft>({
  name: 'set',
  begin: () => ({ use: undefined, not: false, returnNomatch: false }),
  options: {
    '--return-nomatch': (_reader, draft) => {
      draft.returnNomatch = true;
    },
  },
  negatable: {
    '--match-set': (reader, draft, not) => {
      draft.use = takeSetUse(reader);
      draft.not = not;
    },
  },
  unmodelled: [
    '--update-counters',
    '--update-subcounters',
    '--packets-eq',
    '--packets-lt',
    '--packets-gt',
    '--bytes-eq',
    '--bytes-lt',
    '--bytes-gt',
  ],
  finish: (reader, { use, not, returnNomatch }) => {
    if (use === undefined) return refuse(reader, 'missing-option', '`-m set` needs --match-set');
    return [{ kind: 'set', ...use, not, ...(returnNomatch ? { returnNomatch } : {}) }];
  },
  format: ([match]) => {
    if (match?.kind !== 'set') return '';
    return `${bang(match.not)}--match-set ${formatSetUse(match)}${match.returnNomatch === true ? ' --return-nomatch' : ''}`;
  },
});
