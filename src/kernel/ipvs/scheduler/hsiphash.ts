/**
 * The kernel's hsiphash of one 32-bit number (lib/siphash.c of a 64-bit kernel: SipHash-1-3, of which the lower half counts). Words of 64 bits
 * are BigInts: it is asked once for a connection.
 */
const MASK = 0xffff_ffff_ffff_ffffn;

export interface HashKey {
  readonly low: bigint;
  readonly high: bigint;
}

export function hsiphash(value: number, { low, high }: HashKey): number {
  const v: Words = [low ^ 0x736f6d6570736575n, high ^ 0x646f72616e646f6dn, low ^ 0x6c7967656e657261n, high ^ 0x7465646279746573n];
  const last = (4n << 56n) | BigInt(value >>> 0);
  v[3] ^= last;
  round(v);
  v[0] ^= last;
  v[2] ^= 0xffn;
  for (let i = 0; i < 3; i++) round(v);
  return Number(BigInt.asUintN(32, v[0] ^ v[1] ^ v[2] ^ v[3]));
}

type Words = [bigint, bigint, bigint, bigint];

function round(v: Words): void {
  v[0] = (v[0] + v[1]) & MASK;
  v[1] = rotate(v[1], 13n) ^ v[0];
  v[0] = rotate(v[0], 32n);
  v[2] = (v[2] + v[3]) & MASK;
  v[3] = rotate(v[3], 16n) ^ v[2];
  v[0] = (v[0] + v[3]) & MASK;
  v[3] = rotate(v[3], 21n) ^ v[0];
  v[2] = (v[2] + v[1]) & MASK;
  v[1] = rotate(v[1], 17n) ^ v[2];
  v[2] = rotate(v[2], 32n);
}

function rotate(word: bigint, by: bigint): bigint {
  return ((word << by) | (word >> (64n - by))) & MASK;
}
