/** `jhash … mod N`: the kernel's Jenkins hash over the key's bytes (include/linux/jhash.h, net/netfilter/nft_hash.c); each part fills whole words of 4 bytes. */
import { unsupported } from '../../base/errors.js';
import type { DataType, Expression, Value } from '../../plan/nft/nft-rule.js';
import { typesOf } from '../../plan/nft/read-expression.js';
import type { Getter } from './value.js';

export function hashValue(expression: Extract<Expression, { kind: 'jhash' }>, parts: readonly Getter[]): Getter {
  const { of, modulus, seed, offset } = expression;
  if (seed === undefined) {
    const weights = new Array<number>(modulus).fill(1 / modulus);
    return (e) => e.host.oracle.choose(e.hit.chain, weights) + offset;
  }
  const types = typesOf(of);
  return (e) => {
    const bytes: number[] = [];
    for (const [i, part] of parts.entries()) {
      const value = part(e);
      if (value === undefined) return undefined;
      pushBytes(bytes, value, types[i] ?? 'integer', parts.length > 1);
    }
    return Number((BigInt(jhash(bytes, seed) >>> 0) * BigInt(modulus)) >> 32n) + offset;
  };
}

const WIDTH: Readonly<Partial<Record<DataType, number>>> = { ipv4_addr: 4, ipv6_addr: 16, inet_service: 2, inet_proto: 1, mark: 4 };

/** Addresses and ports in network order, marks in the host's, which is little-endian. */
function pushBytes(bytes: number[], value: Value, type: DataType, padded: boolean): void {
  const width = WIDTH[type];
  if (width === undefined) throw unsupported('nft-jhash', `jhash over a value of type ${type} is not modelled`);
  const raw = BigInt.asUintN(width * 8, BigInt(value));
  for (let i = 0; i < width; i++) {
    const shift = BigInt(type === 'mark' ? i * 8 : (width - 1 - i) * 8);
    bytes.push(Number((raw >> shift) & 255n));
  }
  while (padded && bytes.length % 4 !== 0) bytes.push(0);
}

const GOLDEN = 0xdeadbeef;

export function jhash(bytes: readonly number[], seed: number): number {
  const word = (at: number): number =>
    (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  let a = (GOLDEN + bytes.length + seed) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    [a, b, c] = mix((a + word(at)) | 0, (b + word(at + 4)) | 0, (c + word(at + 8)) | 0);
  }
  if (bytes.length === at) return c;
  return final((a + word(at)) | 0, (b + word(at + 4)) | 0, (c + word(at + 8)) | 0);
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function mix(a0: number, b0: number, c0: number): [number, number, number] {
  let a = a0;
  let b = b0;
  let c = c0;
  a = ((a - c) ^ rotate(c, 4)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 6)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 8)) | 0;
  b = (b + a) | 0;
  a = ((a - c) ^ rotate(c, 16)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 19)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 4)) | 0;
  b = (b + a) | 0;
  return [a, b, c];
}

function final(a0: number, b0: number, c0: number): number {
  let a = a0;
  let b = b0;
  let c = c0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) | 0;
}
