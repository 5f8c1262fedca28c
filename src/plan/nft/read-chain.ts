/** The lines of a chain's block: its hook, policy and comment, and its rules, which stay text. */
import type { NftBase, NftHook } from './nft-ruleset.js';
import { PRIORITY_NAMES, priorityOf } from './priority.js';
import type { DraftChain } from './ruleset-draft.js';
import { endOfStatement, trimRight } from './scan.js';
import { expect, needNumber, needText, needWord, peekWord, type Reader, refuse, refuseWord, takeIf } from './tokens.js';

const HOOKS: readonly NftHook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const TYPES: Readonly<Record<NftBase['type'], readonly NftHook[]>> = {
  filter: HOOKS,
  nat: ['prerouting', 'input', 'output', 'postrouting'],
  route: ['output'],
};

export function readChainLine(reader: Reader, chain: DraftChain): void {
  const { text, at } = reader;
  if (text.startsWith('type ', at)) return readBase(reader, chain);
  if (text.startsWith('policy ', at)) return readPolicy(reader, chain);
  if (text.startsWith('comment ', at)) {
    needWord(reader, 'comment');
    chain.comment = needText(reader, 'the comment');
    return;
  }
  const end = endOfStatement(text, at);
  chain.texts.push(text.slice(at, trimRight(text, at, end)));
  chain.spots.push(at);
  reader.ahead = undefined;
  reader.at = end;
}

function readBase(reader: Reader, chain: DraftChain): void {
  needWord(reader, 'type');
  const type = needWord(reader, 'filter, nat or route');
  if (type !== 'filter' && type !== 'nat' && type !== 'route') return refuseWord(reader, type, Object.keys(TYPES));
  expect(reader, 'hook');
  const word = needWord(reader, 'the hook');
  const hook = HOOKS.find((one) => one === word) ?? refuseWord(reader, word, HOOKS, ['ingress', 'egress']);
  if (!TYPES[type].includes(hook))
    refuse(reader, 'bad-hook', `chains of type ${type} have no hook ${hook}`, `one of ${TYPES[type].join(', ')}`);
  expect(reader, 'priority');
  const priority = readPriority(reader, hook);
  if (type === 'nat' && priority <= -200)
    refuse(reader, 'bad-priority', 'a chain of type nat must come after connection tracking: above -200');
  const { base } = chain;
  if (base !== undefined && (base.type !== type || base.hook !== hook || base.priority !== priority))
    refuse(reader, 'chain-exists', `the chain ${chain.name} has another hook already`);
  chain.base = { type, hook, priority, policy: base?.policy ?? 'accept' };
}

/** `0`, `-100`, `dstnat`, `dstnat - 10`. */
function readPriority(reader: Reader, hook: NftHook): number {
  const sign = readSign(reader);
  if (sign !== undefined || /^\d/.test(peekWord(reader) ?? '')) return (sign ?? 1) * needNumber(reader, 'the priority', 0x7fffffff);
  const name = needWord(reader, 'the priority');
  const base = priorityOf(name, hook);
  if (base === undefined) return refuseWord(reader, name, PRIORITY_NAMES);
  const offset = readSign(reader);
  return offset === undefined ? base : base + offset * needNumber(reader, 'the offset of the priority', 0x7fffffff);
}

function readSign(reader: Reader): 1 | -1 | undefined {
  if (takeIf(reader, '-')) return -1;
  return takeIf(reader, '+') ? 1 : undefined;
}

function readPolicy(reader: Reader, chain: DraftChain): void {
  needWord(reader, 'policy');
  const policy = needWord(reader, 'accept or drop');
  if (policy !== 'accept' && policy !== 'drop') return refuseWord(reader, policy, ['accept', 'drop']);
  if (chain.base === undefined) return refuse(reader, 'policy-without-hook', 'only a chain with a hook has a policy');
  chain.base = { ...chain.base, policy };
}
