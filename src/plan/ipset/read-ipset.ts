/**
 * The text that `ipset restore` reads, run against no sets at all (src/ipset.c, lib/ipset.c): create, add, del, flush, destroy, swap and
 * rename, with `-exist`. All errors come together. Left out: test, list and save, which change nothing, are refused.
 */
import { HopspecError, InputError, type Problem, unsupported, UnsupportedError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { readCreate } from './create-options.js';
import { formatElement, readElements, setName } from './element.js';
import { type EntryOptions, readEntryOptions } from './entry-options.js';
import type { ElementPart, IpSetPlan, IpSets, SetEntry } from './ip-set.js';
import { addPlain } from './plain-add.js';
import { lastPosition, type LineReader, nextWord, readWords, refuse, takeWord } from '../restore-line.js';
import { SET_TYPES, setTypeNamed } from './set-types.js';

interface DraftSet extends Omit<IpSetPlan, 'name' | 'entries'> {
  name: string;
  entries: Map<string, SetEntry>;
}

interface State {
  readonly sets: Map<string, DraftSet>;
  /** -exist: what is there already, or is not there any more, is no error. */
  exist: boolean;
}

type Command = (reader: LineReader, state: State) => void;

const PROBLEMS_MAX = 20;

/** Throws InputError with every problem found. */
export function readIpset(text: string, file = 'ipset'): IpSets {
  const sets = new Map<string, DraftSet>();
  const problems: Problem[] = [];
  const notModelled: Problem[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    if (addPlain(line, sets)) continue;
    if (line.trim() === '' || line.startsWith('#') || line === 'COMMIT') continue;
    try {
      readLine(readWords(file, line, i + 1), sets);
    } catch (error) {
      if (!(error instanceof HopspecError)) throw error;
      (error instanceof UnsupportedError ? notModelled : problems).push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  if (notModelled.length > 0) throw new UnsupportedError(notModelled);
  return sets;
}

function readLine(line: LineReader, sets: Map<string, DraftSet>): void {
  const isExist = (word: string): boolean => word === '-exist' || word === '-!';
  const kept = [...line.words.keys()].filter((i) => !isExist(line.words[i] as string));
  const reader: LineReader = {
    ...line,
    words: kept.map((i) => line.words[i] as string),
    starts: kept.map((i) => line.starts[i] as number),
  };
  const state: State = { sets, exist: kept.length < line.words.length };
  const word = takeWord(reader, 'a command');
  const command = COMMANDS[SHORT[word] ?? word.replace(/^--/, '')];
  if (command !== undefined) return command(reader, state);
  const near = nearest(word, Object.keys(COMMANDS));
  refuse(
    reader,
    'unknown-command',
    `\`${word}\` is no command of ipset restore`,
    near === undefined ? `commands are ${Object.keys(COMMANDS).join(', ')}` : `did you mean ${near}?`,
  );
}

const SHORT: Readonly<Record<string, string>> = {
  ...{ n: 'create', '-N': 'create', new: 'create', a: 'add', '-A': 'add', d: 'del', '-D': 'del', f: 'flush', '-F': 'flush' },
  ...{ x: 'destroy', '-X': 'destroy', w: 'swap', '-W': 'swap', e: 'rename', '-E': 'rename' },
};

const COMMANDS: Readonly<Record<string, Command>> = { create, add, del, flush, destroy, swap, rename };

function takeSet(reader: LineReader, { sets }: State): DraftSet {
  const name = takeWord(reader, 'the name of a set');
  const set = sets.get(name);
  if (set !== undefined) return set;
  const near = nearest(name, sets.keys());
  return refuse(
    reader,
    'unknown-set',
    `there is no set ${name}`,
    near === undefined ? `begin with \`create ${name} TYPE\`` : `did you mean ${near}?`,
  );
}

function create(reader: LineReader, { sets, exist }: State): void {
  const name = setName(reader, takeWord(reader, 'the name of the set'));
  if (sets.has(name) && !exist) refuse(reader, 'set-exists', `there is a set ${name} already`, 'write `create … -exist` if that is meant');
  const word = takeWord(reader, 'the type of the set');
  const type = setTypeNamed(word);
  if (type === undefined) {
    const near = nearest(word, Object.keys(SET_TYPES));
    refuse(
      reader,
      'unknown-set-type',
      `there is no type of sets \`${word}\``,
      near === undefined ? `types are ${Object.keys(SET_TYPES).join(', ')}` : `did you mean ${near}?`,
    );
  }
  const made = readCreate(reader, name, type);
  if (!sets.has(name)) sets.set(name, { ...made, entries: new Map() });
}

function add(reader: LineReader, state: State): void {
  const set = takeSet(reader, state);
  const word = takeWord(reader, 'the element');
  const elements = readElements(reader, word, set);
  const at = reader.at;
  const options = readEntryOptions(reader, set);
  reader.at = at;
  for (const parts of elements) addEntry(reader, state, set, parts, options);
}

function addEntry(reader: LineReader, state: State, set: DraftSet, element: readonly ElementPart[], options: EntryOptions): void {
  const parts = options.wildcard ? element.map((part) => (part.kind === 'iface' ? { ...part, wildcard: true } : part)) : element;
  const [member] = parts;
  if (member?.kind === 'set') checkMember(reader, state, member.name);
  const key = formatElement(parts);
  if (set.entries.has(key) && !state.exist)
    refuse(reader, 'element-exists', `${key} is in the set ${set.name} already`, 'remove one of the two');
  if (set.type.startsWith('hash') && set.entries.size >= set.options.maxelem && !set.entries.has(key)) tooMany(reader, set);
  const { timeout, nomatch, extras, place } = options;
  const entry: SetEntry = { parts, timeout, nomatch, extras };
  if (place === undefined) set.entries.set(key, entry);
  else insertMember(reader, set, key, entry, place);
}

/** What forceadd would push out of a full set is left to chance. */
function tooMany(reader: LineReader, { name, options }: DraftSet): never {
  const fix = 'create it with a greater maxelem';
  const message = `the set ${name} is full: its maxelem is ${options.maxelem}`;
  if (!options.forceadd) return refuse(reader, 'set-full', message, fix);
  throw unsupported('ipset-forceadd', `${message}, and forceadd is not modelled`, { position: lastPosition(reader), fix });
}

function checkMember(reader: LineReader, { sets }: State, name: string): void {
  const member = sets.get(name);
  if (member === undefined) refuse(reader, 'unknown-set', `there is no set ${name}`);
  if (member.type === 'list:set') refuse(reader, 'list-in-list', `${name} is a list of sets, and cannot be in one`);
}

function insertMember(reader: LineReader, set: DraftSet, key: string, entry: SetEntry, place: NonNullable<EntryOptions['place']>): void {
  const members = [...set.entries].filter(([name]) => name !== key);
  const at = members.findIndex(([name]) => name === place.name);
  if (at < 0) refuse(reader, 'unknown-set', `the set ${set.name} does not have ${place.name}`);
  members.splice(place.where === 'before' ? at : at + 1, 0, [key, entry]);
  set.entries = new Map(members);
}

function del(reader: LineReader, state: State): void {
  const set = takeSet(reader, state);
  for (const parts of readElements(reader, takeWord(reader, 'the element'), set)) {
    const key = formatElement(parts);
    if (!set.entries.delete(key) && !state.exist) refuse(reader, 'no-such-element', `${key} is not in the set ${set.name}`);
  }
}

function flush(reader: LineReader, state: State): void {
  if (reader.words.length > 1) takeSet(reader, state).entries.clear();
  else for (const set of state.sets.values()) set.entries.clear();
}

function destroy(reader: LineReader, state: State): void {
  if (reader.words.length === 1) return state.sets.clear();
  const set = takeSet(reader, state);
  const user = [...state.sets.values()].find(({ type, entries }) => type === 'list:set' && entries.has(set.name));
  if (user !== undefined) refuse(reader, 'set-in-use', `the set ${set.name} is in the list ${user.name}`);
  state.sets.delete(set.name);
}

/** Names and contents change places; both must be of one type. */
function swap(reader: LineReader, state: State): void {
  const first = takeSet(reader, state);
  const second = takeSet(reader, state);
  if (first.type !== second.type || first.family !== second.family)
    refuse(reader, 'swap-types', `${first.name} and ${second.name} are sets of different types and cannot be swapped`);
  const held = { ...first };
  Object.assign(first, second, { name: held.name });
  Object.assign(second, held, { name: second.name });
}

function rename(reader: LineReader, state: State): void {
  const set = takeSet(reader, state);
  const name = setName(reader, nextWord(reader) ?? '');
  if (state.sets.has(name)) refuse(reader, 'set-exists', `there is a set ${name} already`);
  state.sets.delete(set.name);
  set.name = name;
  state.sets.set(name, set);
}
