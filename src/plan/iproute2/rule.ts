/**
 * Arguments of `ip rule add`: iproute2's ip/iprule.c iprule_modify. Not modelled, by name: inverted rules, goto, suppressors, and
 * selectors by TOS, user, port or VRF.
 */
import { addressBits, type Cidr } from '../../base/cidr.js';
import { takeTable } from './scope.js';
import {
  numberIn,
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeNumber,
  takePrefix,
  takeValue,
  takeWord,
  unsupportedWord,
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
  /** Matches when (mark & fwmask) === fwmark; both as int32. */
  readonly fwmark: number | undefined;
  readonly fwmask: number;
  readonly action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit';
  /** Of a lookup. */
  readonly table: number;
}

const KNOWN = ['from', 'to', 'iif', 'oif', 'fwmark', 'lookup', 'table', 'priority', 'pref', 'blackhole', 'unreachable', 'prohibit'];
const UNMODELLED = [
  'not tos dsfield uidrange ipproto sport dport l3mdev goto nop nat map-to realms tun_id suppress_prefixlength',
  'suppress_ifgroup sup_pl sup_group protocol type',
].flatMap((line) => line.split(' '));

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
  };
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
    } else if (word === 'blackhole' || word === 'unreachable' || word === 'prohibit') rule.action = word;
    else rejectWord(words, word, KNOWN, UNMODELLED);
  }
  if (rule.action === undefined) takeValue(words, 'the `lookup TABLE`');
  if (rule.from !== undefined && rule.to !== undefined && addressBits(rule.from.ip) !== addressBits(rule.to.ip)) {
    refuseWord(words, 'mixed-families', 'source and destination must be of one family');
  }
  return { ...rule, action: rule.action as RuleEntry['action'] };
}

function takeSelector(words: Words, what: string): Cidr | undefined {
  const prefix = takePrefix(words, what);
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
  if ((value & ~bits) !== 0) unsupportedWord(words, 'a mark with bits outside its mask, which never matches,');
  return [value | 0, bits | 0];
}
