/**
 * Arguments of a link of kind `tun`: a device whose packets a program in user space reads and writes (drivers/net/tun.c, made by
 * `ip tuntap add NAME mode tun`), and which program that is. Without `forwarder` nobody reads. With it, the program is a forwarder as
 * flannel's (pkg/backend/udp/proxy_amd64.c): it holds a table from subnets to other forwarders, and a UDP socket bound to one address and port.
 * The words after `forwarder` are a plan's own; iproute2 has none for programs. Not modelled, by name: tap mode.
 */
import type { Cidr } from '../../base/cidr.js';
import type { Ipv4 } from '../../base/ip.js';
import {
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeIp,
  takeNumber,
  takePrefix,
  takeValue,
  takeWord,
  unsupportedWord,
  type Words,
} from './words.js';

export interface ForwarderArgs {
  readonly local: Ipv4;
  readonly port: number;
  readonly subnets: readonly ForwarderSubnet[];
}

export interface ForwarderSubnet {
  readonly subnet: Cidr;
  /** The forwarder behind which it is. */
  readonly via: Ipv4;
  readonly port: number;
}

/** `mode tun forwarder local 192.168.1.10 port 8285 subnet 10.244.2.0/24 via 192.168.1.20` → data; undefined where nobody reads. */
export function parseTunArgs(text: string, origin = 'ip tuntap'): ForwarderArgs | undefined {
  const words = splitWords(text, origin);
  let forwarder: ForwarderArgs | undefined;
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'mode') takeMode(words);
    else if (word === 'forwarder') forwarder = takeForwarder(words);
    else rejectWord(words, word, ['mode', 'forwarder'], ['user', 'group', 'one_queue', 'pi', 'vnet_hdr', 'multi_queue']);
  }
  return forwarder;
}

function takeMode(words: Words): void {
  const mode = takeValue(words, 'the mode');
  if (mode === 'tap') unsupportedWord(words, 'a tap device');
  if (mode !== 'tun') rejectWord(words, mode, ['tun', 'tap'], []);
}

function takeForwarder(words: Words): ForwarderArgs {
  expectWord(words, 'local');
  const local = takeIpv4(words, 'the local address');
  expectWord(words, 'port');
  const port = takeNumber(words, 'the UDP port', 1, 65535);
  const subnets: ForwarderSubnet[] = [];
  while (peekWord(words) === 'subnet') subnets.push(takeSubnet(words, port));
  return { local, port, subnets };
}

function takeSubnet(words: Words, port: number): ForwarderSubnet {
  expectWord(words, 'subnet');
  const subnet = takePrefix(words, 'the subnet');
  expectWord(words, 'via');
  const via = takeIpv4(words, 'the other forwarder');
  if (peekWord(words) !== 'port') return { subnet, via, port };
  takeWord(words);
  return { subnet, via, port: takeNumber(words, 'the UDP port', 1, 65535) };
}

function expectWord(words: Words, expected: string): void {
  const word = takeValue(words, `\`${expected}\``);
  if (word !== expected) refuseWord(words, 'unknown-word', `\`${word}\` cannot stand here`, `write \`${expected}\``);
}

function takeIpv4(words: Words, what: string): Ipv4 {
  const ip = takeIp(words, what);
  return typeof ip === 'number' ? ip : unsupportedWord(words, 'a forwarder over IPv6');
}
