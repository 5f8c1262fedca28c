/**
 * What `ip route`, `ip rule`, `ip neigh` and `bridge fdb` print, as the arguments that make it again: one string for each entry, as a plan lists
 * them. What the kernel makes by itself is left out: routes `proto kernel`, the three rules of every namespace, entries it learned, groups a device
 * listens to. Words that only tell a state (linkdown, offload, pref medium) are dropped; of neighbours those that are not resolved.
 */
import { HopspecError, InputError, type Problem, type SourcePosition, UnsupportedError } from '../../../base/errors.js';
import { parseFdb } from '../fdb.js';
import { parseNeigh } from '../neigh.js';
import { parseRoute } from '../route.js';
import { parseRule } from '../rule.js';

export type ListingKind = 'routes' | 'rules' | 'neigh' | 'fdb';

interface Line {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

interface Grammar {
  /** Undefined for what the kernel makes by itself. */
  readonly words: (words: readonly string[]) => readonly string[] | undefined;
  readonly parse: (text: string, origin: string) => unknown;
}

const GRAMMARS: Readonly<Record<ListingKind, Grammar>> = {
  routes: { words: routeWords, parse: parseRoute },
  rules: { words: ruleWords, parse: parseRule },
  neigh: { words: neighWords, parse: parseNeigh },
  fdb: { words: fdbWords, parse: parseFdb },
};

/** Throws every problem found, with its place in the text. */
export function readListing(kind: ListingKind, text: string, file: string): readonly string[] {
  const { words: toWords, parse } = GRAMMARS[kind];
  const problems: Problem[] = [];
  const unmodelled: Problem[] = [];
  const entries: string[] = [];
  for (const line of entryLines(text)) {
    const words = toWords(line.text.trim().split(/\s+/));
    if (words === undefined) continue;
    const entry = words.join(' ');
    try {
      parse(entry, file);
      entries.push(entry);
    } catch (error) {
      if (!(error instanceof HopspecError)) throw error;
      (error instanceof UnsupportedError ? unmodelled : problems).push(...error.problems.map((problem) => placed(problem, line, file)));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  if (unmodelled.length > 0) throw new UnsupportedError(unmodelled);
  return entries;
}

/** A line that begins with a blank goes on with the one before: the legs of a multipath route. */
function entryLines(text: string): readonly Line[] {
  const lines: { text: string; number: number }[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const last = lines.at(-1);
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (/^\s/.test(line) && last !== undefined) last.text += ` ${line.trim()}`;
    else lines.push({ text: line.trimEnd(), number: i + 1 });
  }
  return lines;
}

/** Under the word that the fault is in, where the line has it. */
function placed(problem: Problem, { text, number }: Line, file: string): Problem {
  const inner: Partial<SourcePosition> = problem.position ?? {};
  const word = inner.text?.slice((inner.column ?? 1) - 1, (inner.column ?? 1) - 1 + (inner.width ?? 0)) ?? '';
  const at = word === '' ? text.length : Math.max(0, text.indexOf(word));
  return { ...problem, position: { file, line: number, column: at + 1, text, width: Math.max(1, word.length) } };
}

const ROUTE_STATES: readonly string[] = [
  'linkdown',
  'dead',
  'pervasive',
  'offload',
  'rt_offload',
  'rt_trap',
  'trap',
  'rt_offload_failed',
  'notify',
];
const WITHOUT_WAY: readonly string[] = ['blackhole', 'unreachable', 'prohibit', 'throw'];

function routeWords(words: readonly string[]): readonly string[] | undefined {
  if (hasPair(words, 'proto', 'kernel') || words[0] === 'anycast' || words[0] === 'multicast') return undefined;
  const kept = withoutPairs(
    words.filter((word) => !ROUTE_STATES.includes(word)),
    ['pref', 'error'],
  );
  // IPv6 has them on the loopback.
  if (WITHOUT_WAY.includes(kept[0] ?? '')) return withoutPairs(kept, ['dev']);
  if (kept.includes('via') || kept.includes('nexthop') || kept.includes('scope') || kept.join(' ').includes(':')) return kept;
  // The scope that is not printed is the global one; `ip route add` would take a nearer one.
  const at = kept.findIndex((word) => AFTER_SCOPE.includes(word));
  return kept.toSpliced(at < 0 ? kept.length : at, 0, 'scope', 'global');
}

const AFTER_SCOPE: readonly string[] = ['src', 'metric', 'onlink', 'mtu', 'advmss'];

const BUILT_IN_RULES: readonly string[] = ['0: from all lookup local', '32766: from all lookup main', '32767: from all lookup default'];

/** `100:<tab>from all lookup 5` */
function ruleWords(words: readonly string[]): readonly string[] | undefined {
  if (BUILT_IN_RULES.includes(words.join(' '))) return undefined;
  const [, priority] = /^(\d+):$/.exec(words[0] ?? '') ?? [];
  return priority === undefined ? words : [...words.slice(1), 'priority', priority];
}

const UNRESOLVED: readonly string[] = ['FAILED', 'INCOMPLETE', 'NONE'];
const PROBED: readonly string[] = ['DELAY', 'PROBE'];

function neighWords(words: readonly string[]): readonly string[] | undefined {
  const state = words.at(-1) ?? '';
  if (UNRESOLVED.includes(state)) return undefined;
  // The address stands after `proxy`.
  if (state === 'proxy') return ['proxy', ...words.slice(0, -1)];
  if (!/^[A-Z]+$/.test(state)) return words;
  return [...words.slice(0, -1).filter((word) => word !== 'router'), 'nud', PROBED.includes(state) ? 'stale' : state.toLowerCase()];
}

function fdbWords(words: readonly string[]): readonly string[] | undefined {
  const [mac = ''] = words;
  const isGroup = /^(01:00:5e|33:33):/.test(mac) && words.includes('self') && !words.includes('dst');
  const isOwn = words.includes('master') && (words.includes('permanent') || !words.includes('static'));
  if (isGroup || isOwn || hasPair(words, 'vlan', '1') || words.includes('extern_learn')) return undefined;
  const at = words.indexOf('master');
  // The name of the bridge stands after `master`, where `bridge fdb append` wants no more than the word.
  return at < 0 ? words.filter((word) => word !== 'offload') : words.toSpliced(at + 1, 1);
}

function hasPair(words: readonly string[], key: string, value: string): boolean {
  return words.some((word, i) => word === key && words[i + 1] === value);
}

function withoutPairs(words: readonly string[], keys: readonly string[]): readonly string[] {
  return words.filter((word, i) => !keys.includes(word) && !keys.includes(words[i - 1] ?? ''));
}
