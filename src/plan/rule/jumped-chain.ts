/** The user chain that a rule text leads to, read without the rest of it: for finding chains that nobody declared, or nobody needs. */
import { TARGETS, UNMODELLED_TARGETS } from './extensions.js';
import { nextWord, startReading } from './rule-reader.js';

const LEADING: ReadonlySet<string> = new Set(['-j', '--jump', '-g', '--goto']);

/** Undefined when the rule has a target of iptables' own, or none. */
export function jumpedChain(text: string): string | undefined {
  const reader = startReading(text, 'rule');
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    if (word === '--comment') nextWord(reader);
    if (!LEADING.has(word)) continue;
    const name = nextWord(reader);
    return name === undefined || TARGETS.has(name) || UNMODELLED_TARGETS.has(name) ? undefined : name;
  }
  return undefined;
}
