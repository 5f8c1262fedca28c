/**
 * Expressions that few rules have: bytes of the packet, options of TCP, extension headers of IPv6, the socket that it is for, and what its route says.
 */
import type { Expression, RawBase } from './nft-rule.js';
import { expect, needNumber, needWord, type Reader, refuse, refuseWord, takeIf } from './tokens.js';

const BASES: Readonly<Record<string, RawBase>> = { '@ll': 'll', '@nh': 'nh', '@th': 'th' };
const BITS_MAX = 128;

/** `@nh,96,32`: an offset and a length in bits. Those of the ports are the ports. */
export function readRaw(reader: Reader, word: string): Expression | undefined {
  const base = BASES[word];
  if (base === undefined) return undefined;
  expect(reader, ',');
  const offset = needNumber(reader, 'the offset', 2048);
  expect(reader, ',');
  const bits = needNumber(reader, 'the length', BITS_MAX);
  if (bits === 0) refuse(reader, 'bad-number', 'the length must not be 0');
  if (base === 'th' && bits === 16 && (offset === 0 || offset === 16))
    return { kind: 'payload', header: 'th', field: offset === 0 ? 'sport' : 'dport', type: 'inet_service' };
  return { kind: 'raw', base, offset, bits, type: 'raw' };
}

/** Numbers of the options of TCP by name. */
export const TCP_OPTIONS: Readonly<Record<string, number>> = {
  ...{ eol: 0, nop: 1, maxseg: 2, window: 3, 'sack-perm': 4, sack: 5, timestamp: 8, fastopen: 34, md5sig: 19, mptcp: 30 },
};
/** What follows in the name of its field. */
const WHETHER: readonly string[] = ['exists', 'missing'];

/** Behind `tcp option`: whether one is there, or the size that maxseg says. */
export function readTcpOption(reader: Reader, name: string, next: string | undefined): Expression {
  if (TCP_OPTIONS[name] === undefined) return refuseWord(reader, name, Object.keys(TCP_OPTIONS));
  if (next !== undefined && WHETHER.includes(next)) return { kind: 'tcp-option', name, field: 'exists', type: 'boolean' };
  if (name === 'maxseg' && takeIf(reader, 'size')) return { kind: 'tcp-option', name, field: 'size', type: 'integer' };
  return refuseWord(
    reader,
    needWord(reader, 'a field of the option'),
    ['exists', 'missing', 'size'],
    ['left', 'right', 'tsval', 'tsecr', 'kind', 'length', 'count'],
  );
}

export const EXTENSION_HEADERS: readonly string[] = ['hbh', 'rt', 'frag', 'dst', 'mh', 'srh'];

/** `exthdr hbh exists`. */
export function readExthdr(reader: Reader): Expression {
  const name = needWord(reader, 'an extension header');
  return EXTENSION_HEADERS.includes(name) ? { kind: 'exthdr', name, type: 'boolean' } : refuseWord(reader, name, EXTENSION_HEADERS);
}

export function readSocket(reader: Reader): Expression {
  const key = needWord(reader, 'a key of socket');
  if (key === 'mark') return { kind: 'socket', key, type: 'mark' };
  if (key === 'transparent' || key === 'wildcard') return { kind: 'socket', key, type: 'integer' };
  return refuseWord(reader, key, ['transparent', 'wildcard', 'mark'], ['cgroupv2']);
}

export function readRoute(reader: Reader): Expression {
  const key = needWord(reader, 'a key of rt');
  if (key === 'classid') return { kind: 'rt', key, type: 'integer' };
  if (key === 'ipsec') return { kind: 'rt', key, type: 'boolean' };
  return refuseWord(reader, key, ['classid', 'ipsec'], ['nexthop', 'mtu', 'ip', 'ip6', 'type', 'hdrlength', 'nexthdr', 'seg-left']);
}
