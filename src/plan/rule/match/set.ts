/** -m set: membership of an ipset (extensions/libxt_set.c). Left out: counters and the changing of counters, unsupported by name. */
import { listingModule, type MatchModule } from '../module.js';
import { takeValue } from '../rule-reader.js';
import { takeName, wordIn } from '../value/name.js';
import { bang } from '../value/quote.js';

const SIDES = ['src', 'dst'] as const;

export const set: MatchModule = listingModule({
  name: 'set',
  needs: '--match-set',
  negatable: {
    '--match-set': (reader, matches, not) => {
      const name = takeName(reader, 31);
      const sides = takeValue(reader)
        .split(',')
        .map((each) => wordIn(reader, each, SIDES));
      matches.push({ kind: 'set', name, sides, not });
    },
  },
  unmodelled: [
    '--return-nomatch',
    '--update-counters',
    '--update-subcounters',
    '--packets-eq',
    '--packets-lt',
    '--packets-gt',
    '--bytes-eq',
    '--bytes-lt',
    '--bytes-gt',
  ],
  format: ([match]) => (match?.kind === 'set' ? `${bang(match.not)}--match-set ${match.name} ${match.sides.join(',')}` : ''),
});
