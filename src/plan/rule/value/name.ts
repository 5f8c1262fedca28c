/** Words out of a fixed list, lists of them, and interface names. */
import { nearest } from '../../../base/nearest.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';

/** `word` if it is one of `known`, upper and lower case alike when `known` is upper case. */
export function wordIn<Word extends string>(reader: RuleReader, word: string, known: readonly Word[]): Word {
  for (const each of known) if (each === word) return each;
  const upper = word.toUpperCase();
  for (const each of known) if (each === upper) return each;
  const near = nearest(word, known);
  const fix = near === undefined ? `one of ${known.join(', ')}` : `did you mean ${near}?`;
  return refuse(reader, 'unknown-value', `\`${reader.option}\` has no value \`${word}\``, fix);
}

/** `A,B,C`, in the order of `known` and each once. */
export function takeWords<Word extends string>(reader: RuleReader, known: readonly Word[]): readonly Word[] {
  const word = takeValue(reader);
  if (!word.includes(',')) return [wordIn(reader, word, known)];
  const given = word.split(',').map((each) => wordIn(reader, each, known));
  return known.filter((each) => given.includes(each));
}

const INTERFACE_MAX = 15;

/** An interface name, with `+` at its end for all that begin so. */
export function takeInterface(reader: RuleReader): { name: string; prefix: boolean } {
  const word = takeValue(reader);
  if (word === '') refuse(reader, 'bad-interface', `\`${reader.option}\` takes an interface name, but has an empty one`);
  if (word.length > INTERFACE_MAX)
    refuse(reader, 'bad-interface', `the interface name \`${word}\` is longer than ${INTERFACE_MAX} characters`);
  const prefix = word.charCodeAt(word.length - 1) === 43;
  return prefix ? { name: word.slice(0, -1), prefix } : { name: word, prefix };
}

/** A name of at most `max` characters. */
export function takeName(reader: RuleReader, max: number): string {
  const word = takeValue(reader);
  if (word === '' || word.length > max)
    refuse(reader, 'bad-name', `\`${reader.option}\` takes a name of 1 to ${max} characters, but has \`${word}\``);
  return word;
}
