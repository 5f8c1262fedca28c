/**
 * Arguments after `ip link add NAME type geneve`: iproute2's ip/iplink_geneve.c with the kernel's defaults (drivers/net/geneve.c): port
 * 6081. Not modelled, by name: external (collect metadata) mode, IPv6 remotes, inherited TTL and DF, inner protocol without Ethernet.
 */
import type { Ipv4 } from '../../base/ip.js';
import { peekWord, rejectWord, splitWords, takeIp, takeNumber, takeValue, takeWord, unsupportedWord, type Words } from './words.js';

export interface GeneveArgs {
  readonly vni: number;
  readonly remote: Ipv4;
  readonly dstport: number;
  /** Outer TTL; 0 leaves it to the host's default. */
  readonly ttl: number;
  /** Outer packets carry DF. */
  readonly df: boolean;
}

const WITHOUT_EFFECT = ['udpcsum', 'noudpcsum', 'udp6zerocsumtx', 'noudp6zerocsumtx', 'udp6zerocsumrx', 'noudp6zerocsumrx'];
const KNOWN = ['id', 'vni', 'remote', 'dstport', 'ttl', 'hoplimit', 'df', ...WITHOUT_EFFECT];
const UNMODELLED = ['external', 'flowlabel', 'innerprotoinherit', 'tos'];
const VNI_MAX = 0xffffff;
const PORT = 6081;

/** `id 5 remote 192.168.1.20 dstport 6081` → data. */
export function parseGeneveArgs(text: string, origin = 'ip link type geneve'): GeneveArgs {
  const words = splitWords(text, origin);
  const args = { dstport: PORT, ttl: 0, df: false };
  let vni: number | undefined;
  let remote: Ipv4 | undefined;
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'id' || word === 'vni') vni = takeNumber(words, 'the VNI', 0, VNI_MAX);
    else if (word === 'remote') remote = takeRemote(words);
    else if (word === 'dstport') args.dstport = takeNumber(words, 'the UDP port', 0, 65535) || PORT;
    else if (word === 'ttl' || word === 'hoplimit') args.ttl = takeTtl(words);
    else if (word === 'df') args.df = takeDf(words);
    else if (!WITHOUT_EFFECT.includes(word)) rejectWord(words, word, KNOWN, UNMODELLED);
  }
  if (vni === undefined) takeValue(words, 'the `id`');
  if (remote === undefined) takeValue(words, 'the `remote`');
  return { vni: vni as number, remote: remote as Ipv4, ...args };
}

function takeRemote(words: Words): Ipv4 {
  const remote = takeIp(words, 'the remote address');
  return typeof remote === 'number' ? remote : unsupportedWord(words, 'Geneve over IPv6');
}

function takeTtl(words: Words): number {
  const word = peekWord(words);
  if (word === 'inherit') {
    takeWord(words);
    unsupportedWord(words, '`ttl inherit`');
  }
  if (word !== 'auto') return takeNumber(words, 'the TTL', 0, 255);
  takeWord(words);
  return 0;
}

function takeDf(words: Words): boolean {
  const word = takeValue(words, '`df`');
  if (word === 'inherit') unsupportedWord(words, '`df inherit`');
  if (word !== 'set' && word !== 'unset') rejectWord(words, word, ['set', 'unset'], []);
  return word === 'set';
}
