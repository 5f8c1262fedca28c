/** Option words that nothing loaded so far knows: beginnings of longer ones, which getopt_long(3) completes, and mistakes. */
import { nearest } from '../../base/nearest.js';
import { MATCH_OF_PROTOCOL, MATCHES } from './extensions.js';
import { HEADER_OPTIONS } from './header.js';
import type { Extension } from './module.js';
import type { RuleDraft } from './rule-draft.js';
import { notModelled, refuse } from './rule-reader.js';

/** The one option that begins with `word`; undefined when there is none, or several that differ. */
export function completeOption(draft: RuleDraft, word: string): string | undefined {
  if (!word.startsWith('--') || word === '--') return undefined;
  const found = new Map<unknown, string>();
  for (const [name, read] of HEADER_OPTIONS) if (name.startsWith(word)) found.set(read, name);
  for (const name of ['--match', '--jump', '--goto']) if (name.startsWith(word)) found.set(name, name);
  for (const extension of reachable(draft)) {
    for (const [name, option] of extension.options) if (name.startsWith(word)) found.set(option.read, name);
    for (const name of extension.unmodelled) if (name.startsWith(word)) found.set(name, name);
  }
  const [only] = found.values();
  return found.size === 1 && only !== word ? only : undefined;
}

/** What is loaded, and what the protocol would load. */
function reachable({ loaded, header }: RuleDraft): readonly Extension[] {
  const extensions = new Set<Extension>(loaded.map((use) => use.module));
  const implied = header.protocol?.not === false ? MATCH_OF_PROTOCOL.get(header.protocol.proto) : undefined;
  if (implied !== undefined) extensions.add(implied);
  return [...extensions];
}

export function unknownOption(draft: RuleDraft, word: string): never {
  const { reader } = draft;
  const extensions = reachable(draft);
  if (extensions.some((extension) => extension.unmodelled.includes(word))) notModelled(reader, `the option \`${word}\``);
  if (!word.startsWith('-'))
    refuse(reader, 'stray-word', `\`${word}\` belongs to no option`, 'put a value that holds blanks in double quotes');
  const short = word.slice(0, 2);
  if (word.length > 2 && HEADER_OPTIONS.has(short))
    refuse(reader, 'unknown-option', `there is no option \`${word}\``, `write ${short} ${word.slice(word[2] === '=' ? 3 : 2)}`);
  const owner = [...MATCHES.values()].find((module) => module.options.has(word) && !extensions.includes(module));
  if (owner !== undefined)
    return refuse(reader, 'missing-match', `\`${word}\` is an option of \`${owner.name}\``, `write -m ${owner.name} before it`);
  const near = nearest(word, [...HEADER_OPTIONS.keys(), ...extensions.flatMap((extension) => [...extension.options.keys()])]);
  return refuse(reader, 'unknown-option', `there is no option \`${word}\``, near === undefined ? undefined : `did you mean ${near}?`);
}
