/**
 * `tcp:80`, `53` (which is TCP), `icmp:echo-request`, `gre:0`: ports of an element, as ipset reads and prints them (lib/parse.c
 * ipset_parse_proto_port, lib/print.c ipset_print_proto_port). Services by name are those of the rules' reader.
 */
import { formatProtocol, protocolNamed } from '../rule/value/protocol.js';
import { serviceNamed } from '../rule/value/port.js';
import type { ElementPart } from './ip-set.js';
import { type LineReader, parseNumber, refuse } from '../restore-line.js';

export type PortPart = Extract<ElementPart, { kind: 'port' }>;

const [ICMP, TCP, ICMPV6] = [1, 6, 58];
const WITH_PORTS: readonly number[] = [TCP, 17, 132, 136];
const PORT_MAX = 0xffff;

/** By `type << 8 | code`. */
const ICMP_NAMES: readonly (readonly [name: string, type: number, code: number])[] = [
  ['echo-reply', 0, 0],
  ['network-unreachable', 3, 0],
  ['host-unreachable', 3, 1],
  ['protocol-unreachable', 3, 2],
  ['port-unreachable', 3, 3],
  ['fragmentation-needed', 3, 4],
  ['source-route-failed', 3, 5],
  ['network-unknown', 3, 6],
  ['host-unknown', 3, 7],
  ['network-prohibited', 3, 9],
  ['host-prohibited', 3, 10],
  ['TOS-network-unreachable', 3, 11],
  ['TOS-host-unreachable', 3, 12],
  ['communication-prohibited', 3, 13],
  ['host-precedence-violation', 3, 14],
  ['precedence-cutoff', 3, 15],
  ['source-quench', 4, 0],
  ['network-redirect', 5, 0],
  ['host-redirect', 5, 1],
  ['TOS-network-redirect', 5, 2],
  ['TOS-host-redirect', 5, 3],
  ['echo-request', 8, 0],
  ['router-advertisement', 9, 0],
  ['router-solicitation', 10, 0],
  ['ttl-zero-during-transit', 11, 0],
  ['ttl-zero-during-reassembly', 11, 1],
  ['ip-header-bad', 12, 0],
  ['required-option-missing', 12, 1],
  ['timestamp-request', 13, 0],
  ['timestamp-reply', 14, 0],
  ['address-mask-request', 17, 0],
  ['address-mask-reply', 18, 0],
];

const ICMPV6_NAMES: readonly (readonly [name: string, type: number, code: number])[] = [
  ['no-route', 1, 0],
  ['communication-prohibited', 1, 1],
  ['address-unreachable', 1, 3],
  ['port-unreachable', 1, 4],
  ['packet-too-big', 2, 0],
  ['ttl-zero-during-transit', 3, 0],
  ['ttl-zero-during-reassembly', 3, 1],
  ['bad-header', 4, 0],
  ['unknown-header-type', 4, 1],
  ['unknown-option', 4, 2],
  ['echo-request', 128, 0],
  ['echo-reply', 129, 0],
  ['router-solicitation', 133, 0],
  ['router-advertisement', 134, 0],
  ['neighbour-solicitation', 135, 0],
  ['neighbour-advertisement', 136, 0],
  ['redirect', 137, 0],
];

function namesOf(proto: number): typeof ICMP_NAMES {
  return proto === ICMP ? ICMP_NAMES : ICMPV6_NAMES;
}

/** All ports that one element names. */
export function readPorts(reader: LineReader, text: string, family: 'inet' | 'inet6'): readonly PortPart[] {
  const colon = text.indexOf(':');
  const word = text.slice(0, Math.max(0, colon));
  const proto = colon < 0 ? TCP : protocolIn(reader, word);
  const rest = text.slice(colon + 1);
  if (proto === ICMP || proto === ICMPV6) {
    if ((proto === ICMP) !== (family === 'inet'))
      refuse(reader, 'bad-protocol', `\`${word}\` is not of family ${family}`, `write ${proto === ICMP ? 'icmpv6' : 'icmp'}`);
    return [{ kind: 'port', proto, port: icmpIn(reader, rest, proto) }];
  }
  if (WITH_PORTS.includes(proto)) return portRange(reader, rest).map((port) => ({ kind: 'port', proto, port }));
  if (rest !== '0') refuse(reader, 'bad-port', `the protocol ${word} has no ports; its elements have the port 0`, `write ${word}:0`);
  return [{ kind: 'port', proto, port: 0 }];
}

function protocolIn(reader: LineReader, word: string): number {
  const proto = protocolNamed(word) ?? parseNumber(word);
  return proto > 0 && proto <= 255 ? proto : refuse(reader, 'bad-protocol', `there is no protocol \`${word}\``);
}

function icmpIn(reader: LineReader, text: string, proto: number): number {
  const named = namesOf(proto).find(([name]) => name === text);
  if (named !== undefined) return (named[1] << 8) | named[2];
  const [type = '', code = ''] = text.split('/');
  const value = [parseNumber(type), parseNumber(code)].every((each) => each >= 0 && each <= 255);
  return value ? (parseNumber(type) << 8) | parseNumber(code) : refuse(reader, 'bad-icmp-type', `\`${text}\` is no TYPE/CODE of ICMP`);
}

/** `80`, `http`, `80-90`; a bitmap of ports takes a protocol before it and forgets it. */
export function portRange(reader: LineReader, text: string): readonly number[] {
  const [first, last] = portPair(reader, text);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

export function portPair(reader: LineReader, text: string): readonly [number, number] {
  const [from = '', to = from] = text.split('-');
  const first = portIn(reader, from);
  const last = portIn(reader, to);
  return first <= last ? [first, last] : [last, first];
}

function portIn(reader: LineReader, word: string): number {
  const value = serviceNamed(word) ?? parseNumber(word);
  return value >= 0 && value <= PORT_MAX ? value : refuse(reader, 'bad-port', `a port is from 0 to ${PORT_MAX}, but is \`${word}\``);
}

export function formatPort({ proto, port }: PortPart): string {
  if (proto === undefined) return `${port}`;
  const name = formatProtocol(proto);
  if (proto !== ICMP && proto !== ICMPV6) return `${name}:${port}`;
  const named = namesOf(proto).find(([, type, code]) => ((type << 8) | code) === port);
  return `${name}:${named?.[0] ?? `${port >> 8}/${port & 0xff}`}`;
}
