/**
 * One rule text, what follows `-A CHAIN ` in iptables-save or in the input of iptables-restore, as data (iptables/xshared.c
 * do_parse). An option belongs to the extension loaded last that knows it. Matches stand in the order in which the kernel tests
 * them: first the IP header, then each -m in turn. Left out: abbreviated long options and lists of addresses.
 */
import { inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { MATCH_OF_PROTOCOL, MATCHES, TARGETS, UNMODELLED_MATCHES, UNMODELLED_TARGETS } from './extensions.js';
import { finishHeader, type HeaderDraft, HEADER_OPTIONS } from './header.js';
import type { Extension, MatchModule, Option, TargetModule } from './module.js';
import { nextWord, notModelled, refuse, type RuleReader, startReading, takeValue } from './rule-reader.js';
import type { Match, ModuleUse, Rule, Target } from './rule.js';
import { formatProtocol } from './value/protocol.js';

interface MatchUse {
  readonly module: MatchModule;
  readonly draft: unknown;
  /** The options that were given. */
  readonly given: Option[];
}

interface TargetUse {
  readonly module: TargetModule;
  readonly draft: unknown;
  readonly given: Option[];
}

interface RuleDraft {
  readonly reader: RuleReader;
  readonly header: HeaderDraft;
  readonly uses: MatchUse[];
  /** An extension's, or a finished one: a jump to a chain. */
  targetUse: TargetUse | undefined;
  target: Target | undefined;
}

/** Throws InputError or UnsupportedError with a caret under the offending word of `text`; `origin` is what they call the text. */
export function parseRule(text: string, origin = 'rule'): Rule {
  const reader = startReading(text, origin);
  const draft: RuleDraft = { reader, header: {}, uses: [], targetUse: undefined, target: undefined };
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    if (word === '!') readNegated(draft);
    else readOption(draft, word, false);
  }
  return finishRule(draft);
}

function readNegated(draft: RuleDraft): void {
  const { reader } = draft;
  reader.option = '!';
  const word = takeValue(reader);
  if (word === '!') refuse(reader, 'double-negation', 'two `!` stand one after the other', 'leave one of them out');
  readOption(draft, word, true);
}

function readOption(draft: RuleDraft, word: string, not: boolean): void {
  const { reader } = draft;
  const option = splitAttached(reader, word);
  reader.option = option;
  switch (option) {
    case '-m':
    case '--match':
      refuseNegation(draft, not);
      return loadMatch(draft, takeValue(reader));
    case '-j':
    case '--jump':
      refuseNegation(draft, not);
      return readTarget(draft, takeValue(reader));
    case '-g':
    case '--goto':
      refuseNegation(draft, not);
      return setTarget(draft, { kind: 'goto', chain: takeChain(draft, takeValue(reader)) });
    default:
      if (!readHeaderOption(draft, option, not)) readExtensionOption(draft, option, not);
  }
  if (reader.attached !== undefined) refuse(reader, 'unwanted-value', `\`${option}\` takes no value`);
}

/** `--dport=80` and `-ptcp` hold their value in the same word. */
function splitAttached(reader: RuleReader, word: string): string {
  if (word.charCodeAt(0) !== 45 || word.length < 3) return word;
  if (word.charCodeAt(1) === 45) {
    const equals = word.indexOf('=');
    if (equals < 0) return word;
    reader.attached = word.slice(equals + 1);
    return word.slice(0, equals);
  }
  reader.attached = word.slice(2);
  return word.slice(0, 2);
}

function refuseNegation({ reader }: RuleDraft, not: boolean): void {
  if (not) refuse(reader, 'not-negatable', `\`!\` cannot stand before \`${reader.option}\``);
}

function readHeaderOption({ reader, header }: RuleDraft, word: string, not: boolean): boolean {
  const option = HEADER_OPTIONS.get(word);
  if (option === undefined) return false;
  option(reader, header, not);
  return true;
}

function loadMatch(draft: RuleDraft, name: string): void {
  const module = MATCHES.get(name);
  if (module !== undefined) {
    draft.uses.push({ module, draft: module.begin(), given: [] });
    return;
  }
  if (UNMODELLED_MATCHES.has(name)) notModelled(draft.reader, `the match \`-m ${name}\``);
  const near = nearest(name, MATCHES.keys());
  refuse(draft.reader, 'unknown-match', `there is no match \`${name}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

function readTarget(draft: RuleDraft, name: string): void {
  const module = TARGETS.get(name);
  if (module === undefined) {
    if (UNMODELLED_TARGETS.has(name)) notModelled(draft.reader, `the target \`-j ${name}\``);
    return setTarget(draft, { kind: 'jump', chain: takeChain(draft, name) });
  }
  refuseSecondTarget(draft);
  draft.targetUse = { module, draft: module.begin(), given: [] };
}

const CHAIN_NAME_MAX = 28;

function takeChain({ reader }: RuleDraft, name: string): string {
  if (name === '' || name.length > CHAIN_NAME_MAX) refuse(reader, 'chain-name', `a chain's name has 1 to ${CHAIN_NAME_MAX} characters; \`${name}\` has ${name.length}`);
  if (name.startsWith('-') || name.startsWith('!')) refuse(reader, 'chain-name', `the name of a chain must not begin with \`${name[0]}\``);
  return name;
}

function setTarget(draft: RuleDraft, target: Target): void {
  refuseSecondTarget(draft);
  draft.target = target;
}

function refuseSecondTarget({ reader, target, targetUse }: RuleDraft): void {
  if (target !== undefined || targetUse !== undefined) refuse(reader, 'second-target', 'a rule has one target', 'leave one of -j and -g out');
}

/** Whose option it is: the target's, the matches' from the last to the first, or that of the protocol's own match, loaded for it. */
function readExtensionOption(draft: RuleDraft, word: string, not: boolean): void {
  const { uses, targetUse, reader } = draft;
  for (let i = uses.length - 1; i >= 0; i--) {
    const use = uses[i];
    const option = use?.module.options.get(word);
    if (use !== undefined && option !== undefined) return readGiven(reader, use, option, not);
  }
  const option = targetUse?.module.options.get(word);
  if (targetUse !== undefined && option !== undefined) return readGiven(reader, targetUse, option, not);
  const implied = MATCH_OF_PROTOCOL.get(draft.header.protocol?.proto ?? 0);
  const impliedOption = implied?.options.get(word);
  if (implied === undefined || impliedOption === undefined || draft.header.protocol?.not === true) return unknownOption(draft, word, implied);
  const use: MatchUse = { module: implied, draft: implied.begin(), given: [] };
  uses.push(use);
  readGiven(reader, use, impliedOption, not);
}

function readGiven(reader: RuleReader, use: MatchUse | TargetUse, option: Option, not: boolean): void {
  if (not && !option.negatable) refuse(reader, 'not-negatable', `\`!\` cannot stand before \`${reader.option}\``);
  if (use.given.includes(option)) refuse(reader, 'repeated-option', `\`${reader.option}\` stands twice`, 'leave one of them out');
  use.given.push(option);
  option.read(reader, use.draft, not);
}

function unknownOption({ reader, uses, targetUse }: RuleDraft, word: string, implied: MatchModule | undefined): never {
  const loaded: Extension[] = uses.map((use) => use.module);
  if (targetUse !== undefined) loaded.push(targetUse.module);
  if (implied !== undefined) loaded.push(implied);
  if (loaded.some((extension) => extension.unmodelled.includes(word))) notModelled(reader, `the option \`${word}\``);
  if (!word.startsWith('-')) refuse(reader, 'stray-word', `\`${word}\` belongs to no option`, 'quote values that hold blanks');
  const owner = [...MATCHES.values()].find((module) => module.options.has(word) && !loaded.includes(module));
  if (owner !== undefined) refuse(reader, 'missing-match', `\`${word}\` needs \`-m ${owner.name}\` before it`);
  const near = nearest(word, [...HEADER_OPTIONS.keys(), ...loaded.flatMap((extension) => [...extension.options.keys()])]);
  return refuse(reader, 'unknown-option', `there is no option \`${word}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

function finishRule(draft: RuleDraft): Rule {
  const { reader, header, uses, targetUse } = draft;
  const matches: Match[] = [];
  finishHeader(header, matches);
  const modules: ModuleUse[] = [];
  for (const use of uses) {
    if (use.module.protocols !== undefined) requireProtocol(draft, use.module, use.module.protocols);
    const own = use.module.finish(reader, use.draft);
    for (const match of own) matches.push(match);
    modules.push({ name: use.module.name, matches: own.length });
  }
  const target = targetUse === undefined ? draft.target : targetUse.module.finish(reader, targetUse.draft);
  if (target?.kind === 'reject' && target.with === 'tcp-reset') requireProtocol(draft, { name: 'REJECT --reject-with tcp-reset' }, [6]);
  return { matches, target, modules };
}

function requireProtocol({ header, reader }: RuleDraft, module: { readonly name: string }, protocols: readonly number[]): void {
  const { protocol } = header;
  if (protocol !== undefined && !protocol.not && protocols.includes(protocol.proto)) return;
  throw inputError('missing-protocol', `\`${module.name}\` is only for its own protocols, which \`-p\` must name`, {
    position: { file: reader.origin, line: 1, column: 1, text: reader.text, width: reader.text.length },
    fix: `write -p ${protocols.map(formatProtocol).join(' or -p ')}`,
  });
}
