/**
 * -m realm, -m devgroup, -m quota, -m socket: what routes, devices, a rule itself and sockets know (extensions/libxt_realm.c,
 * libxt_devgroup.c, libxt_quota.c, libxt_socket.c). Left out: names of realms and groups, which stand in files of the node.
 */
import { listingModule, type MatchModule, matchModule } from '../module.js';
import { notModelled, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import type { MarkValue } from '../value/mark.js';
import { hex, numberIn, takeNumber, U32 } from '../value/number.js';
import { bang } from '../value/quote.js';

/** The names of /etc/iproute2/group and rt_realms that every machine has. */
const NAME_OF_0 = { group: 'default', realm: 'cosmos' } as const;

function takeMasked(reader: RuleReader, what: keyof typeof NAME_OF_0): MarkValue {
  const word = takeValue(reader);
  if (word === NAME_OF_0[what]) return { value: 0, mask: 0xffffffff };
  if (!/^\d/.test(word)) notModelled(reader, `the name of a ${what} (\`${word}\`)`, 'write its number');
  const slash = word.indexOf('/');
  if (slash < 0) return { value: numberIn(reader, word, U32), mask: 0xffffffff };
  return { value: numberIn(reader, word.slice(0, slash), U32), mask: numberIn(reader, word.slice(slash + 1), U32) };
}

function formatMasked({ value, mask }: MarkValue, what: keyof typeof NAME_OF_0): string {
  if (value === 0 && mask === 0xffffffff) return NAME_OF_0[what];
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

export const realm: MatchModule = listingModule({
  name: 'realm',
  needs: '--realm',
  negatable: { '--realm': (reader, matches, not) => matches.push({ kind: 'realm', ...takeMasked(reader, 'realm'), not }) },
  format: ([match]) => (match?.kind === 'realm' ? `${bang(match.not)}--realm ${formatMasked(match, 'realm')}` : ''),
});

function readGroup(side: 'in' | 'out'): (reader: RuleReader, matches: Match[], not: boolean) => void {
  return (reader, matches, not) => matches.push({ kind: 'device-group', side, ...takeMasked(reader, 'group'), not });
}

export const devgroup: MatchModule = listingModule({
  name: 'devgroup',
  needs: '--src-group or --dst-group',
  negatable: { '--src-group': readGroup('in'), '--dst-group': readGroup('out') },
  rank: (match) => (match.kind === 'device-group' && match.side === 'in' ? 0 : 1),
  format: (matches) => matches.map(formatGroup).join(' '),
});

function formatGroup(match: Match): string {
  if (match.kind !== 'device-group') return '';
  return `${bang(match.not)}--${match.side === 'in' ? 'src' : 'dst'}-group ${formatMasked(match, 'group')}`;
}

export const quota: MatchModule = listingModule({
  name: 'quota',
  needs: '--quota',
  negatable: {
    '--quota': (reader, matches, not) => {
      matches.push({ kind: 'quota', bytes: takeNumber(reader, { min: 0, max: Number.MAX_SAFE_INTEGER }), not });
    },
  },
  format: ([match]) => (match?.kind === 'quota' ? `${bang(match.not)}--quota ${match.bytes}` : ''),
});

interface SocketDraft {
  transparent: boolean;
  nowildcard: boolean;
  restoreMark: boolean;
}

export const socket: MatchModule = matchModule<SocketDraft>({
  name: 'socket',
  begin: () => ({ transparent: false, nowildcard: false, restoreMark: false }),
  options: {
    '--transparent': (_reader, draft) => {
      draft.transparent = true;
    },
    '--nowildcard': (_reader, draft) => {
      draft.nowildcard = true;
    },
    '--restore-skmark': (_reader, draft) => {
      draft.restoreMark = true;
    },
  },
  finish: (_reader, draft) => [{ kind: 'socket', ...draft }],
  format: ([match]) => {
    if (match?.kind !== 'socket') return '';
    const words = [match.transparent && '--transparent', match.nowildcard && '--nowildcard', match.restoreMark && '--restore-skmark'];
    return words.filter((word) => word !== false).join(' ');
  },
});
