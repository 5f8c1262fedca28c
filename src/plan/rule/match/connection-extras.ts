/**
 * -m helper, -m connlabel, -m connbytes, -m connlimit, -m cluster: what few rules ask about the connection (extensions/libxt_helper.c,
 * libxt_connlabel.c, libxt_connbytes.c, libxt_connlimit.c, libxt_cluster.c). Left out: names of labels, which stand in a file of the node.
 */
import { listingModule, type MatchModule, matchModule } from '../module.js';
import { notModelled, refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { takeName, wordIn } from '../value/name.js';
import { numberIn, takeNumber, U32 } from '../value/number.js';
import { bang, quote } from '../value/quote.js';

type Of<Kind extends Match['kind']> = Extract<Match, { kind: Kind }>;
type Draft<Kind extends Match['kind']> = { -readonly [Field in keyof Of<Kind>]: Of<Kind>[Field] } & { given: boolean };

const U64 = { min: 0, max: Number.MAX_SAFE_INTEGER };
const LABEL_MAX = 127;

export const helper: MatchModule = listingModule({
  name: 'helper',
  needs: '--helper',
  negatable: { '--helper': (reader, matches, not) => matches.push({ kind: 'helper', name: takeName(reader, 29), not }) },
  format: ([match]) => (match?.kind === 'helper' ? `${bang(match.not)}--helper ${quote(match.name)}` : ''),
});

export const connlabel: MatchModule = matchModule<Draft<'connlabel'>>({
  name: 'connlabel',
  begin: () => ({ kind: 'connlabel', label: 0, set: false, not: false, given: false }),
  negatable: {
    '--label': (reader, draft, not) => {
      const word = takeValue(reader);
      if (!/^\d/.test(word)) notModelled(reader, `the name of a label (\`${word}\`)`, 'write its number');
      draft.label = numberIn(reader, word, { min: 0, max: LABEL_MAX });
      draft.not = not;
      draft.given = true;
    },
  },
  options: {
    '--set': (_reader, draft) => {
      draft.set = true;
    },
  },
  finish: (reader, { given, ...match }) => {
    if (!given) refuse(reader, 'missing-option', '`-m connlabel` needs --label');
    return [match];
  },
  format: ([match]) => (match?.kind === 'connlabel' ? `${bang(match.not)}--label "${match.label}"${match.set ? ' --set' : ''}` : ''),
});

interface ConnbytesDraft {
  range: { from: number; to: number | undefined; not: boolean } | undefined;
  direction: Of<'connbytes'>['direction'] | undefined;
  mode: Of<'connbytes'>['mode'] | undefined;
}

function takeBytes(reader: RuleReader): { from: number; to: number | undefined } {
  const [from = '', to, more] = takeValue(reader).split(':');
  if (more !== undefined) refuse(reader, 'bad-range', `\`${reader.option}\` takes FROM:TO`);
  const first = numberIn(reader, from, U64);
  const last = to === undefined || to === '' ? undefined : numberIn(reader, to, U64);
  if (last !== undefined && last < first) refuse(reader, 'bad-range', 'the range ends before it begins', 'write the lower number first');
  return { from: first, to: last };
}

export const connbytes: MatchModule = matchModule<ConnbytesDraft>({
  name: 'connbytes',
  begin: () => ({ range: undefined, direction: undefined, mode: undefined }),
  negatable: {
    '--connbytes': (reader, draft, not) => {
      draft.range = { ...takeBytes(reader), not };
    },
  },
  options: {
    '--connbytes-dir': (reader, draft) => {
      draft.direction = wordIn(reader, takeValue(reader), ['original', 'reply', 'both'] as const);
    },
    '--connbytes-mode': (reader, draft) => {
      draft.mode = wordIn(reader, takeValue(reader), ['packets', 'bytes', 'avgpkt'] as const);
    },
  },
  finish: (reader, { range, direction, mode }) => {
    if (range === undefined || direction === undefined || mode === undefined)
      return refuse(reader, 'missing-option', '`-m connbytes` needs --connbytes, --connbytes-dir and --connbytes-mode');
    return [{ kind: 'connbytes', ...range, direction, mode }];
  },
  format: ([match]) => {
    if (match?.kind !== 'connbytes') return '';
    const range = match.to === undefined ? `${match.from}` : `${match.from}:${match.to}`;
    return `${bang(match.not)}--connbytes ${range} --connbytes-mode ${match.mode} --connbytes-dir ${match.direction}`;
  },
});

function limitOf(upto: boolean): (reader: RuleReader, draft: Draft<'connlimit'>, not: boolean) => void {
  return (reader, draft, not) => {
    if (draft.given) refuse(reader, 'repeated-option', 'only one of --connlimit-upto and --connlimit-above can stand in one -m connlimit');
    draft.given = true;
    draft.above = takeNumber(reader, U32);
    draft.not = upto !== not;
  };
}

export const connlimit: MatchModule = matchModule<Draft<'connlimit'>>({
  name: 'connlimit',
  begin: () => ({ kind: 'connlimit', above: 0, length: undefined, side: 'source', not: false, given: false }),
  negatable: { '--connlimit-upto': limitOf(true), '--connlimit-above': limitOf(false) },
  options: {
    '--connlimit-mask': (reader, draft) => {
      const word = takeValue(reader);
      if (word.includes('.')) notModelled(reader, `a dotted mask (\`${word}\`)`, 'write the length of the prefix');
      draft.length = numberIn(reader, word, { min: 0, max: 128 });
    },
    '--connlimit-saddr': (_reader, draft) => {
      draft.side = 'source';
    },
    '--connlimit-daddr': (_reader, draft) => {
      draft.side = 'destination';
    },
  },
  finish: (reader, { given, ...match }) => {
    if (!given) refuse(reader, 'missing-option', '`-m connlimit` needs --connlimit-upto or --connlimit-above');
    return [match];
  },
  format: ([match], six) => {
    if (match?.kind !== 'connlimit') return '';
    const limit = `--connlimit-${match.not ? 'upto' : 'above'} ${match.above}`;
    return `${limit} --connlimit-mask ${match.length ?? (six ? 128 : 32)} --connlimit-${match.side === 'source' ? 's' : 'd'}addr`;
  },
});

interface ClusterDraft {
  nodes: number | undefined;
  mask: { value: number; not: boolean } | undefined;
  seed: number | undefined;
}

const NODES = { min: 1, max: 32 };
const word32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

export const cluster: MatchModule = matchModule<ClusterDraft>({
  name: 'cluster',
  begin: () => ({ nodes: undefined, mask: undefined, seed: undefined }),
  options: {
    '--cluster-total-nodes': (reader, draft) => {
      draft.nodes = takeNumber(reader, NODES);
    },
    '--cluster-hash-seed': (reader, draft) => {
      draft.seed = takeNumber(reader, U32);
    },
  },
  negatable: {
    '--cluster-local-node': (reader, draft, not) => {
      draft.mask = { value: (1 << (takeNumber(reader, NODES) - 1)) >>> 0, not };
    },
    '--cluster-local-nodemask': (reader, draft, not) => {
      draft.mask = { value: takeNumber(reader, U32), not };
    },
  },
  finish: (reader, { nodes, mask, seed }) => {
    if (nodes === undefined || mask === undefined || seed === undefined)
      return refuse(reader, 'missing-option', '`-m cluster` needs --cluster-total-nodes, --cluster-local-node and --cluster-hash-seed');
    if (mask.value >= 2 ** nodes) refuse(reader, 'bad-number', 'the local node is none of the nodes');
    return [{ kind: 'cluster', nodes, nodeMask: mask.value, seed, not: mask.not }];
  },
  format: ([match]) =>
    match?.kind === 'cluster'
      ? `${bang(match.not)}--cluster-local-nodemask ${word32(match.nodeMask)} --cluster-total-nodes ${match.nodes} --cluster-hash-seed ${word32(match.seed)}`
      : '',
});
