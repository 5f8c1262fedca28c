/**
 * Arguments after `ip link add NAME type ipip` and `type gre`: iproute2's ip/link_iptnl.c and ip/link_gre.c. Defaults are theirs: any
 * end, TTL of the inner packet, path MTU discovery. Not modelled, by name: external (collect metadata) mode, FOU and GUE, multicast remotes,
 * ignore-df, sequence numbers, ERSPAN; a type of service other than the default.
 */
import type { Ipv4 } from '../../base/ip.js';
import {
  peekWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeIp,
  takeNumber,
  takeValue,
  takeWord,
  unsupportedWord,
  type Words,
} from './words.js';

export interface IpTunnelArgs {
  /** 0: whichever address routing chooses, and whichever a packet comes to. */
  readonly local: Ipv4;
  /** 0: the next hop of each packet's route. */
  readonly remote: Ipv4;
  /** The device the tunnel is bound to. */
  readonly dev: string | undefined;
  /** 0 takes the inner packet's. */
  readonly ttl: number;
  /** Outer packets carry DF whether or not the inner one does. */
  readonly pmtudisc: boolean;
  /** The mark by which the outer packet is routed. */
  readonly fwmark: number;
  /** GRE's keys, in and out. */
  readonly ikey: number | undefined;
  readonly okey: number | undefined;
  readonly icsum: boolean;
  readonly ocsum: boolean;
}

const OFF = ['noencap', 'noignore-df', 'noignoredf', 'noencap-csum', 'noencap-udp-csum', 'noencap-remcsum'];
const UNMODELLED = [
  'external encap encap-sport encap-dport encap-csum encap-udp-csum encap-remcsum ignore-df ignoredf 6rd-prefix isatap',
  'seq iseq oseq erspan erspan_ver inherit',
].flatMap((line) => line.split(' '));
const KNOWN = ['local', 'remote', 'dev', 'ttl', 'hoplimit', 'tos', 'tclass', 'dsfield', 'pmtudisc', 'nopmtudisc', 'fwmark', 'mode', ...OFF];
const GRE_KNOWN = ['key', 'ikey', 'okey', 'csum', 'icsum', 'ocsum'];
const U32 = 0xffffffff;

/** `local 192.168.1.10 remote any ttl 64` → data. */
export function parseIpTunnelArgs(kind: 'ipip' | 'gre', text: string, origin = `ip link type ${kind}`): IpTunnelArgs {
  const words = splitWords(text, origin);
  const args: { -readonly [K in keyof IpTunnelArgs]: IpTunnelArgs[K] } = {
    ...{ local: 0, remote: 0, dev: undefined, ttl: 0, pmtudisc: true, fwmark: 0 },
    ...{ ikey: undefined, okey: undefined, icsum: false, ocsum: false },
  };
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'local') args.local = takeEnd(words, 'the local address');
    else if (word === 'remote') args.remote = takeEnd(words, 'the remote address');
    else if (word === 'dev') args.dev = takeDevice(words);
    else if (word === 'ttl' || word === 'hoplimit') args.ttl = takeTtl(words);
    else if (word === 'tos' || word === 'tclass' || word === 'dsfield') refuseTos(words);
    else if (word === 'pmtudisc' || word === 'nopmtudisc') args.pmtudisc = word === 'pmtudisc';
    else if (word === 'fwmark') args.fwmark = takeNumber(words, 'the mark', 0, U32) | 0;
    else if (word === 'mode' && kind === 'ipip') takeMode(words);
    else if (kind === 'gre' && GRE_KNOWN.includes(word)) takeGreWord(words, word, args);
    else if (!OFF.includes(word)) rejectWord(words, word, kind === 'gre' ? [...KNOWN, ...GRE_KNOWN] : KNOWN, UNMODELLED);
  }
  return args;
}

function takeEnd(words: Words, what: string): Ipv4 {
  if (peekWord(words) === 'any') {
    takeWord(words);
    return 0;
  }
  const ip = takeIp(words, what);
  if (typeof ip === 'bigint') unsupportedWord(words, 'a tunnel over IPv6');
  if (ip >>> 28 === 14) unsupportedWord(words, 'a multicast tunnel');
  return ip;
}

function takeTtl(words: Words): number {
  if (peekWord(words) !== 'inherit') return takeNumber(words, 'the TTL', 0, 255);
  takeWord(words);
  return 0;
}

function refuseTos(words: Words): void {
  const word = takeValue(words, 'the type of service');
  if (!/^(0x)?0+$/.test(word)) unsupportedWord(words, `\`tos ${word}\``);
}

function takeMode(words: Words): void {
  const mode = takeValue(words, 'the mode');
  if (mode !== 'ipip' && mode !== 'ipv4/ipv4' && mode !== 'any' && mode !== 'any/ipv4') unsupportedWord(words, `\`mode ${mode}\``);
}

function takeGreWord(words: Words, word: string, args: { -readonly [K in keyof IpTunnelArgs]: IpTunnelArgs[K] }): void {
  if (word.endsWith('csum')) {
    if (word !== 'ocsum') args.icsum = true;
    if (word !== 'icsum') args.ocsum = true;
    return;
  }
  const key = takeKey(words);
  if (word !== 'okey') args.ikey = key;
  if (word !== 'ikey') args.okey = key;
}

/** A number, or as a dotted quad. */
function takeKey(words: Words): number {
  if (!peekWord(words)?.includes('.')) return takeNumber(words, 'the key', 0, U32);
  return (takeIp(words, 'the key') as number) >>> 0;
}
