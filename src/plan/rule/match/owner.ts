/** -m owner: the local socket that sent the packet (extensions/libxt_owner.c). Left out: names of users, which a plan cannot look up. */
import { listingModule, type MatchModule } from '../module.js';
import { notModelled, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { formatRange, numberIn, type RangeForm, rangeIn, U32 } from '../value/number.js';
import { bang } from '../value/quote.js';

const IDS: RangeForm = { separator: '-', limits: U32, read: (reader, part) => numberIn(reader, part, U32) };

function read(what: 'uid' | 'gid'): (reader: RuleReader, matches: Match[], not: boolean) => void {
  return (reader, matches, not) => {
    const word = takeValue(reader);
    if (word === 'root') return void matches.push({ kind: 'owner', what, ids: { from: 0, to: 0 }, not });
    if (/^[a-z_]/i.test(word)) notModelled(reader, `the user or group name \`${word}\``, 'write its number');
    const ids = rangeIn(reader, word, IDS);
    matches.push({ kind: 'owner', what, ids, not });
  };
}

export const owner: MatchModule = listingModule({
  name: 'owner',
  needs: '--uid-owner, --gid-owner or --socket-exists',
  negatable: {
    '--uid-owner': read('uid'),
    '--gid-owner': read('gid'),
    '--socket-exists': (_reader, matches, not) => matches.push({ kind: 'owner-socket', not }),
  },
  options: { '--suppl-groups': (_reader, matches) => matches.push({ kind: 'owner-groups' }) },
  unmodelled: ['--pid-owner', '--sid-owner', '--cmd-owner'],
  rank: (match) => (match.kind === 'owner' ? (match.what === 'uid' ? 1 : 2) : match.kind === 'owner-groups' ? 3 : 0),
  format: (matches) => matches.map(formatOne).join(' '),
});

function formatOne(match: Match): string {
  if (match.kind === 'owner-groups') return '--suppl-groups';
  if (match.kind === 'owner-socket') return `${bang(match.not)}--socket-exists`;
  return match.kind === 'owner' ? `${bang(match.not)}--${match.what}-owner ${formatRange(match.ids, '-')}` : '';
}
