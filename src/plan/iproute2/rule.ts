/**
 * Arguments of `ip rule add`: iproute2's ip/iprule.c iprule_modify. Not modelled, by name: VRFs, realms, device groups, tunnel keys. A rule that
 * names no IPv6 address is one of IPv4; `from ::/0` makes it one of IPv6.
 */
import { addressBits, type Cidr, networkOf } from '../../base/cidr.js';
import { finishSelectors, type RuleSelectors, type SelectorsDraft, takeSelectorWord } from './rule-selectors.js';
import { TABLE, takeTable } from './scope.js';
import {
  numberIn,
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeNumber,
  takeInterfaceAddress,
  takeValue,
  takeWord,
  type Words,
} from './words.js';

export interface RuleEntry {
  /** Undefined: the kernel takes one less than the lowest above 0 (32765 for the first). */
  readonly priority: number | undefined;
  /** Undefined matches all. */
  readonly from: Cidr | undefined;
  readonly to: Cidr | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  /** Matches when (mark ^ fwmark) & fwmask is 0; both as int32. */
  readonly fwmark: number | undefined;
  readonly fwmask: number;
  readonly action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit' | 'goto' | 'nop';
  /** Of a lookup. */
  readonly table: number;
  /** Of a goto: the priority of the rule to go on with. */
  readonly target: number;
  /** A route no longer than this does not count. */
  readonly suppressLength: number | undefined;
  readonly selectors: RuleSelectors | undefined;
}

const KNOWN = [
  'from to iif oif fwmark lookup table priority pref blackhole unreachable prohibit goto nop not tos dsfield uidrange ipproto sport dport',
  'suppress_prefixlength protocol',
].flatMap((line) => line.split(' '));
const UNMODELLED = ['l3mdev', 'nat', 'map-to', 'realms', 'tun_id', 'suppress_ifgroup', 'sup_group', 'type', 'dscp', 'flowlabel'];

/** `from 10.244.0.0/16 fwmark 0x1/0x1 lookup 100 priority 100` → data. */
export function parseRule(text: string, origin = 'ip rule'): RuleEntry {
  const words = splitWords(text, origin);
  const rule = {
    priority: undefined as number | undefined,
    from: undefined as Cidr | undefined,
    to: undefined as Cidr | undefined,
    iif: undefined as string | undefined,
    oif: undefined as string | undefined,
    fwmark: undefined as number | undefined,
    fwmask: 0,
    action: undefined as RuleEntry['action'] | undefined,
    table: 0,
    target: 0,
    suppressLength: undefined as number | undefined,
  };
  const selectors: SelectorsDraft = {};
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'from') rule.from = takeSelector(words, 'the source');
    else if (word === 'to') rule.to = takeSelector(words, 'the destination');
    else if (word === 'iif' || word === 'dev') rule.iif = takeDevice(words);
    else if (word === 'oif') rule.oif = takeDevice(words);
    else if (word === 'fwmark') [rule.fwmark, rule.fwmask] = takeMark(words);
    else if (word === 'priority' || word === 'pref' || word === 'order') rule.priority = takeNumber(words, 'the priority', 0, 0xffffffff);
    else if (word === 'lookup' || word === 'table') {
      rule.table = takeTable(words);
      rule.action = 'lookup';
    } else if (word === 'blackhole' || word === 'unreachable' || word === 'prohibit' || word === 'nop') rule.action = word;
    else if (word === 'goto') {
      rule.target = takeNumber(words, 'the priority of the rule to go to', 0, 0xffffffff);
      rule.action = 'goto';
    } else if (word === 'suppress_prefixlength' || word === 'sup_pl') rule.suppressLength = takeNumber(words, 'the prefix length', 0, 128);
    // Who made the rule.
    else if (word === 'protocol') takeValue(words, 'the protocol');
    else if (!takeSelectorWord(words, word, selectors)) rejectWord(words, word, KNOWN, UNMODELLED);
  }
  if (rule.from !== undefined && rule.to !== undefined && addressBits(rule.from.ip) !== addressBits(rule.to.ip)) {
    refuseWord(words, 'mixed-families', 'source and destination must be of one family');
  }
  if (rule.action === 'goto' && rule.priority !== undefined && rule.target <= rule.priority)
    refuseWord(words, 'backwards-goto', 'a rule leads to later rules alone');
  // One that says no more looks into main.
  const table = rule.action === undefined ? TABLE.main : rule.table;
  return { ...rule, action: rule.action ?? 'lookup', table, selectors: finishSelectors(words, selectors, isSix(text)) };
}

/** As ip(8) is called: by the address that a rule names. */
export function isSix(text: string): boolean {
  return text.includes(':');
}

function takeSelector(words: Words, what: string): Cidr | undefined {
  if (/^(default|any|all)$/.test(peekWord(words) ?? '')) return void takeWord(words);
  // Bits beyond the length do not count here (fib_rules.c masks them).
  const { ip, length } = takeInterfaceAddress(words, what);
  const prefix = { ip: networkOf(ip, length), length };
  return prefix.length === 0 ? undefined : prefix;
}

/** `0x4000/0xff00` or `1`, which means all bits. */
function takeMark(words: Words): [number, number] {
  const word = takeValue(words, 'the mark');
  const [mark = '', mask = '0xffffffff', ...more] = word.split('/');
  const value = numberIn(mark, 0, 0xffffffff);
  const bits = numberIn(mask, 0, 0xffffffff);
  if (value === undefined || bits === undefined || more.length > 0)
    refuseWord(words, 'bad-mark', `the mark must be NUMBER or NUMBER/MASK, but is \`${word}\``);
  return [value | 0, bits | 0];
}
