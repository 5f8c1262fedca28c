/**
 * Arguments of `ip addr add` without the device: iproute2's ip/ipaddress.c ipaddr_modify. Not modelled, by name: peers, life
 * times, and addresses whose prefix route has a metric.
 */
import { maskOf } from '../../base/cidr.js';
import { formatIp, type Ip, parseIp } from '../../base/ip.js';
import { SCOPE, takeScope } from './scope.js';
import {
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeInterfaceAddress,
  takeValue,
  takeWord,
  unsupportedWord,
  type Words,
} from './words.js';

export interface AddrEntry {
  readonly ip: Ip;
  /** Prefix length; 32 or 128 when the text has none. */
  readonly length: number;
  readonly scope: number;
  /** No connected route is made for its prefix. */
  readonly noprefixroute: boolean;
}

const KNOWN = ['scope', 'brd', 'broadcast', 'label', 'noprefixroute', 'nodad', 'local'];
const UNMODELLED = 'peer remote anycast metric priority valid_lft preferred_lft home mngtmpaddr autojoin proto dev'.split(' ');

/** `10.0.0.1/24 brd + scope global` → data. */
export function parseAddr(text: string, origin = 'ip addr'): AddrEntry {
  const words = splitWords(text, origin);
  if (peekWord(words) === 'local') takeWord(words);
  const { ip, length } = takeInterfaceAddress(words, 'the address');
  let scope: number | undefined;
  let noprefixroute = false;
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'scope') scope = takeScope(words);
    else if (word === 'brd' || word === 'broadcast') takeBroadcast(words, ip, length);
    else if (word === 'label') takeDevice(words, 'the label');
    else if (word === 'noprefixroute') noprefixroute = true;
    // Duplicate address detection is IPv6's, and always over before the first packet here.
    else if (word !== 'nodad') rejectWord(words, word, KNOWN, UNMODELLED);
  }
  return { ip, length, scope: scope ?? defaultScope(ip), noprefixroute };
}

function defaultScope(ip: Ip): number {
  if (typeof ip === 'bigint') return ip === 1n ? SCOPE.host : SCOPE.global;
  return ip >>> 24 === 127 ? SCOPE.host : SCOPE.global;
}

/** `+`, or the address with all host bits set, is what the kernel answers to anyway. */
function takeBroadcast(words: Words, ip: Ip, length: number): void {
  const word = takeValue(words, 'the broadcast address');
  if (typeof ip !== 'number') refuseWord(words, 'bad-address', `IPv6 has no broadcast, but ${formatIp(ip)} is given one`);
  const usual = ip | ~maskOf(length);
  const broadcast = word === '+' ? usual : word === '-' ? ip & maskOf(length) : parseIp(word);
  if (broadcast === usual) return;
  if (typeof broadcast === 'number') unsupportedWord(words, "a broadcast address that is not the prefix's");
  refuseWord(words, 'bad-address', `the broadcast address must be an IPv4 address, \`+\` or \`-\`, but is \`${word}\``);
}
