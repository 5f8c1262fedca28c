/**
 * What a rule of `ip rule` may ask of a packet beside addresses, devices and mark: TOS, protocol, ports, the user whose socket sent it, and `not`, which turns
 * the whole rule round (ip/iprule.c, net/core/fib_rules.c). iproute2 reads a TOS as hexadecimal.
 */
import { protocolNamed } from '../rule/value/protocol.js';
import { numberIn, refuseWord, takeValue, type Words } from './words.js';

/** Both ends belong to it. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

export interface RuleSelectors {
  readonly not: boolean;
  /** The bits of the TOS that are compared; 0 for none. */
  readonly tosMask: number;
  readonly tos: number;
  readonly proto: number | undefined;
  readonly sport: NumberRange | undefined;
  readonly dport: NumberRange | undefined;
  readonly uids: NumberRange | undefined;
}

export type SelectorsDraft = { -readonly [K in keyof RuleSelectors]?: RuleSelectors[K] };

const UID_MAX = 0xffffffff;
/** IPv4 rules compare these bits alone, and may name no others (fib4_rule_configure). */
const TOS_MASK = 0x1c;
const DSCP_MASK = 0xfc;

/** False for a word that is none of these. */
export function takeSelectorWord(words: Words, word: string, draft: SelectorsDraft): boolean {
  if (word === 'not') draft.not = true;
  else if (word === 'tos' || word === 'dsfield') draft.tos = takeTos(words);
  else if (word === 'ipproto') draft.proto = takeIpProto(words);
  else if (word === 'sport') draft.sport = takeRange(words, 'the source port', 1, 65535);
  else if (word === 'dport') draft.dport = takeRange(words, 'the destination port', 1, 65535);
  else if (word === 'uidrange') draft.uids = takeUids(words);
  else return false;
  return true;
}

/** Undefined where nothing was asked. */
export function finishSelectors(words: Words, draft: SelectorsDraft, six: boolean): RuleSelectors | undefined {
  if (Object.keys(draft).length === 0) return undefined;
  const { not = false, tos = 0, proto, sport, dport, uids } = draft;
  const mask = six ? DSCP_MASK : TOS_MASK;
  if ((tos & ~mask) !== 0) refuseWord(words, 'bad-tos', `the TOS 0x${tos.toString(16)} has bits that no rule can ask for`);
  return { not, tos, tosMask: tos === 0 ? 0 : mask, proto, sport, dport, uids };
}

function takeTos(words: Words): number {
  const word = takeValue(words, 'the TOS');
  const value = /^(0x)?[0-9a-fA-F]{1,2}$/.test(word) ? Number.parseInt(word.replace(/^0x/, ''), 16) : undefined;
  return value ?? refuseWord(words, 'bad-tos', `the TOS must be a hexadecimal number, but is \`${word}\``);
}

function takeIpProto(words: Words): number {
  const word = takeValue(words, 'the protocol');
  return protocolNamed(word) ?? numberIn(word, 0, 255) ?? refuseWord(words, 'bad-protocol', `\`${word}\` is no protocol`);
}

/** Both ends must be said. */
function takeUids(words: Words): NumberRange {
  const range = takeRange(words, 'the range of users', 0, UID_MAX);
  if (words.words[words.at - 1]?.includes('-') === true) return range;
  refuseWord(words, 'bad-range', 'the range of users must be NUMBER-NUMBER');
}

function takeRange(words: Words, what: string, min: number, max: number): NumberRange {
  const word = takeValue(words, what);
  const [low = '', high = low, ...more] = word.split('-');
  const first = numberIn(low, min, max);
  const last = numberIn(high, min, max);
  if (first !== undefined && last !== undefined && more.length === 0 && first <= last) return { first, last };
  refuseWord(words, 'bad-range', `${what} must be NUMBER or NUMBER-NUMBER, but is \`${word}\``);
}
