/** SipHash-2-4 (Aumasson and Bernstein), as Linux's siphash() computes it: 64 bits over bytes and a key of two 64-bit words. */
const MASK = (1n << 64n) - 1n;

export function siphash(bytes: Uint8Array, key0: bigint, key1: bigint): bigint {
  const v: [bigint, bigint, bigint, bigint] = [
    0x736f6d6570736575n ^ key0,
    0x646f72616e646f6dn ^ key1,
    0x6c7967656e657261n ^ key0,
    0x7465646279746573n ^ key1,
  ];
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) compress(v, word(bytes, at));
  compress(v, (BigInt(bytes.length & 255) << 56n) | word(bytes, whole));
  v[2] ^= 0xffn;
  for (let i = 0; i < 4; i++) round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/** Little-endian; what is missing is zero. */
function word(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

function compress(v: [bigint, bigint, bigint, bigint], m: bigint): void {
  v[3] ^= m;
  round(v);
  round(v);
  v[0] ^= m;
}

function rotate(x: bigint, by: bigint): bigint {
  return ((x << by) | (x >> (64n - by))) & MASK;
}

function round(v: [bigint, bigint, bigint, bigint]): void {
  let [a, b, c, d] = v;
  a = (a + b) & MASK;
  b = rotate(b, 13n) ^ a;
  a = rotate(a, 32n);
  c = (c + d) & MASK;
  d = rotate(d, 16n) ^ c;
  a = (a + d) & MASK;
  d = rotate(d, 21n) ^ a;
  c = (c + b) & MASK;
  b = rotate(b, 17n) ^ c;
  c = rotate(c, 32n);
  [v[0], v[1], v[2], v[3]] = [a, b, c, d];
}
