/**
 * One rule text, what follows `-A CHAIN ` in iptables-save or in the input of iptables-restore, as data (iptables/xshared.c
 * do_parse). An option belongs to the extension loaded last that knows it. Matches stand in the order in which the kernel tests
 * them: first the IP header, then each -m in turn. Left out: lists of addresses, which make several rules.
 */
import { nearest } from '../../base/nearest.js';
import { MATCH_OF_PROTOCOL, MATCHES, TARGETS, UNMODELLED_MATCHES, UNMODELLED_TARGETS } from './extensions.js';
import { finishHeader, HEADER_OPTIONS } from './header.js';
import type { MatchModule } from './module.js';
import { requireMatchProtocol, requireProtocol, requireTargetProtocol } from './require-protocol.js';
import { beginUse, type RuleDraft, type Use } from './rule-draft.js';
import { nextWord, notModelled, refuse, startReading, takeValue } from './rule-reader.js';
import type { Match, ModuleUse, Rule, Target } from './rule.js';
import { completeOption, unknownOption } from './unknown-option.js';

/** Throws InputError or UnsupportedError with a caret under the offending word of `text`; `origin` is what they call the text. */
export function parseRule(text: string, origin = 'rule'): Rule {
  const reader = startReading(text, origin);
  const draft: RuleDraft = { reader, header: {}, loaded: [], targetUse: undefined, chain: undefined };
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    if (word === '!') readNegated(draft);
    else readOption(draft, word, false);
  }
  return finishRule(draft);
}

function readNegated(draft: RuleDraft): void {
  const { reader } = draft;
  const word = nextWord(reader);
  if (word === undefined) refuse(reader, 'missing-value', '`!` stands before no option');
  if (word === '!') refuse(reader, 'double-negation', 'two `!` stand one after the other', 'leave one of them out');
  readOption(draft, word, true);
}

function readOption(draft: RuleDraft, word: string, not: boolean): void {
  const { reader } = draft;
  reader.option = splitAttached(draft, word);
  if (readKnownOption(draft, not)) return;
  reader.option = completeOption(draft, reader.option) ?? unknownOption(draft, reader.option);
  readKnownOption(draft, not);
}

/** `--dport=80` holds its value in the same word. */
function splitAttached({ reader }: RuleDraft, word: string): string {
  if (word.charCodeAt(0) !== 45 || word.charCodeAt(1) !== 45) return word;
  const equals = word.indexOf('=');
  if (equals < 0) return word;
  reader.attached = word.slice(equals + 1);
  return word.slice(0, equals);
}

/** False when nothing that is loaded, nor the protocol's own match, has such an option. */
function readKnownOption(draft: RuleDraft, not: boolean): boolean {
  const { reader, header } = draft;
  const { option } = reader;
  // `--proto` is -p by getopt's leave only, and -m policy has an option of that name.
  const headerOption =
    option === '--proto' && draft.loaded.some(({ module }) => module.options.has(option)) ? undefined : HEADER_OPTIONS.get(option);
  if (headerOption !== undefined) headerOption(reader, header, not);
  else if (!readLoading(draft, option, not) && !readExtensionOption(draft, option, not)) return false;
  if (reader.attached !== undefined) refuse(reader, 'unwanted-value', `\`${option}\` takes no value`);
  return true;
}

/** -m, -j and -g. */
function readLoading(draft: RuleDraft, option: string, not: boolean): boolean {
  const isMatch = option === '-m' || option === '--match';
  const isJump = option === '-j' || option === '--jump';
  if (!isMatch && !isJump && option !== '-g' && option !== '--goto') return false;
  if (not) refuse(draft.reader, 'not-negatable', `\`!\` cannot stand before \`${option}\``);
  const name = takeValue(draft.reader);
  if (isMatch) loadMatch(draft, name);
  else if (isJump) loadTarget(draft, name);
  else setChain(draft, { kind: 'goto', chain: chainName(draft, name) });
  return true;
}

function loadMatch(draft: RuleDraft, name: string): void {
  const module = MATCHES.get(name);
  if (module !== undefined) return void useMatch(draft, module);
  if (UNMODELLED_MATCHES.has(name)) notModelled(draft.reader, `the match \`-m ${name}\``);
  const near = nearest(name, MATCHES.keys());
  refuse(draft.reader, 'unknown-match', `there is no match \`${name}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

function useMatch(draft: RuleDraft, module: MatchModule): Use {
  const use = beginUse(module);
  draft.loaded.push(use);
  return use;
}

function loadTarget(draft: RuleDraft, name: string): void {
  const module = TARGETS.get(name);
  if (module === undefined) {
    if (UNMODELLED_TARGETS.has(name)) notModelled(draft.reader, `the target \`-j ${name}\``);
    return setChain(draft, { kind: 'jump', chain: chainName(draft, name) });
  }
  refuseSecondTarget(draft);
  draft.targetUse = beginUse(module);
  draft.loaded.push(draft.targetUse);
}

const CHAIN_NAME_MAX = 28;

function chainName({ reader }: RuleDraft, name: string): string {
  if (name === '' || name.length > CHAIN_NAME_MAX) {
    refuse(reader, 'chain-name', `the name of a chain has 1 to ${CHAIN_NAME_MAX} characters, but \`${name}\` has ${name.length}`);
  }
  if (name.startsWith('-') || name.startsWith('!')) refuse(reader, 'chain-name', `the name of a chain must not begin with \`${name[0]}\``);
  return name;
}

function setChain(draft: RuleDraft, target: Target): void {
  refuseSecondTarget(draft);
  draft.chain = target;
}

function refuseSecondTarget({ reader, chain, targetUse }: RuleDraft): void {
  if (chain !== undefined || targetUse !== undefined) refuse(reader, 'second-target', 'a rule has one target', 'leave one of them out');
}

function readExtensionOption(draft: RuleDraft, word: string, not: boolean): boolean {
  const { loaded, header } = draft;
  for (let i = loaded.length - 1; i >= 0; i--) if (readGiven(draft, loaded[i], word, not)) return true;
  const implied = header.protocol === undefined || header.protocol.not ? undefined : MATCH_OF_PROTOCOL.get(header.protocol.proto);
  return implied?.options.has(word) === true && readGiven(draft, useMatch(draft, implied), word, not);
}

function readGiven({ reader }: RuleDraft, use: Use | undefined, word: string, not: boolean): boolean {
  const option = use?.module.options.get(word);
  if (use === undefined || option === undefined) return false;
  if (not && !option.negatable) refuse(reader, 'not-negatable', `\`!\` cannot stand before \`${word}\``);
  if ((use.given & option.bit) !== 0) refuse(reader, 'repeated-option', `\`${word}\` stands twice`, 'leave one of them out');
  use.given |= option.bit;
  option.read(reader, use.draft, not);
  return true;
}

function finishRule(draft: RuleDraft): Rule {
  const { reader, header, targetUse, loaded } = draft;
  const matches: Match[] = [];
  finishHeader(header, matches);
  const modules: ModuleUse[] = [];
  // All that is loaded but the target is a match.
  for (const use of loaded) if (use !== targetUse) finishMatch(draft, use as Use<MatchModule>, matches, modules);
  const target = targetUse === undefined ? draft.chain : targetUse.module.finish(reader, targetUse.draft);
  if (target !== undefined) requireTargetProtocol(draft, target);
  return { matches, target, modules };
}

function finishMatch(draft: RuleDraft, { module, draft: own }: Use<MatchModule>, matches: Match[], modules: ModuleUse[]): void {
  if (module.protocols !== undefined) requireProtocol(draft, `-m ${module.name}`, module.protocols);
  const made = module.finish(draft.reader, own);
  requireMatchProtocol(draft, made);
  for (const match of made) matches.push(match);
  modules.push(moduleUse(module, made.length));
}

/** A handful of values stand in every rule, so that rules share them. */
const MODULE_USES = new Map<MatchModule, ModuleUse[]>();

function moduleUse(module: MatchModule, matches: number): ModuleUse {
  let uses = MODULE_USES.get(module);
  if (uses === undefined) MODULE_USES.set(module, (uses = []));
  return (uses[matches] ??= { name: module.name, matches });
}
