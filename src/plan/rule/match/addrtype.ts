/** -m addrtype: the type of the route to the source or destination address (extensions/libxt_addrtype.c). */
import { type MatchModule, matchModule } from '../module.js';
import { refuse } from '../rule-reader.js';
import type { AddressTypeName, Match } from '../rule.js';
import { takeWords } from '../value/name.js';
import { bang } from '../value/quote.js';

/** In the order iptables-save prints them. */
const TYPES: readonly AddressTypeName[] = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
];

interface Draft {
  source?: { types: readonly AddressTypeName[]; not: boolean };
  destination?: { types: readonly AddressTypeName[]; not: boolean };
  limitInterface?: 'in' | 'out';
}

export const addrtype: MatchModule = matchModule<Draft>({
  name: 'addrtype',
  begin: () => ({}),
  negatable: {
    '--src-type': (reader, draft, not) => {
      draft.source = { types: takeWords(reader, TYPES), not };
    },
    '--dst-type': (reader, draft, not) => {
      draft.destination = { types: takeWords(reader, TYPES), not };
    },
  },
  options: {
    '--limit-iface-in': (_reader, draft) => {
      draft.limitInterface = 'in';
    },
    '--limit-iface-out': (_reader, draft) => {
      draft.limitInterface = 'out';
    },
  },
  finish: (reader, { source, destination, limitInterface }) => {
    const matches: Match[] = [];
    if (source !== undefined) matches.push({ kind: 'source-type', ...source, limitInterface });
    if (destination !== undefined) matches.push({ kind: 'destination-type', ...destination, limitInterface });
    if (matches.length === 0) refuse(reader, 'missing-option', '`-m addrtype` needs --src-type or --dst-type');
    return matches;
  },
  rank: (match) => (match.kind === 'source-type' ? 0 : 1),
  format: (matches) => {
    const words = matches.map(formatOne);
    const [first] = matches;
    if ((first?.kind === 'source-type' || first?.kind === 'destination-type') && first.limitInterface !== undefined)
      words.push(`--limit-iface-${first.limitInterface}`);
    return words.join(' ');
  },
});

function formatOne(match: Match): string {
  if (match.kind !== 'source-type' && match.kind !== 'destination-type') return '';
  return `${bang(match.not)}--${match.kind === 'source-type' ? 'src' : 'dst'}-type ${match.types.join(',')}`;
}
