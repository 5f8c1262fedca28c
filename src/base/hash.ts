/**
 * The hashes that Kubernetes names things by: SHA-256 in standard base32 (kube-proxy's chain names), FNV-1a 32 (pod templates and
 * whatever needs a short stable number). In plain integer arithmetic, because `src/` may not use the platform's crypto.
 * Sources: FIPS 180-4; RFC 4648 §6; the FNV reference of Noll. Checked against the platform's own in the test.
 */

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

// Work space shared by all calls: none of them is entered twice.
const schedule = new Int32Array(64);
const state = new Int32Array(8);

/** The first `length` characters of the standard base32 of SHA-256 of the text's UTF-8; at most 51. */
export function sha256Base32(text: string, length: number): string {
  digest(utf8Padded(text));
  let out = '';
  for (let i = 0; i < length; i++) out += BASE32[fiveBits(i * 5)] as string;
  return out;
}

/** SHA-256 of the text's UTF-8 in lower-case hex. */
export function sha256Hex(text: string): string {
  digest(utf8Padded(text));
  let out = '';
  for (const word of state) out += (word >>> 0).toString(16).padStart(8, '0');
  return out;
}

function fiveBits(at: number): number {
  const word = state[at >> 5] as number;
  const shift = 27 - (at & 31);
  if (shift >= 0) return (word >>> shift) & 31;
  return ((word << -shift) | ((state[(at >> 5) + 1] as number) >>> (32 + shift))) & 31;
}

/** The text's bytes with SHA-256's padding: 0x80, zeros, the length in bits. */
function utf8Padded(text: string): Uint8Array {
  const bytes = utf8(text);
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  for (let i = 0, rest = bytes.length * 8; i < 6; i++, rest = Math.floor(rest / 256)) padded[padded.length - 1 - i] = rest & 255;
  return padded;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.codePointAt(i) as number;
    if (c < 0x80) bytes.push(c);
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else {
      bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
      i++;
    }
  }
  return bytes;
}

/** Leaves the digest of the padded message in `state`. */
function digest(message: Uint8Array): void {
  state.set(INITIAL);
  for (let at = 0; at < message.length; at += 64) {
    for (let i = 0; i < 16; i++) {
      const j = at + i * 4;
      schedule[i] =
        ((message[j] as number) << 24) |
        ((message[j + 1] as number) << 16) |
        ((message[j + 2] as number) << 8) |
        (message[j + 3] as number);
    }
    for (let i = 16; i < 64; i++) {
      const x = schedule[i - 15] as number;
      const y = schedule[i - 2] as number;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      schedule[i] = ((schedule[i - 16] as number) + s0 + (schedule[i - 7] as number) + s1) | 0;
    }
    compress();
  }
}

function compress(): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (schedule[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const sums = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = (state[i] as number) + (sums[i] as number);
}

/** FNV-1a of the text's UTF-8, 32 bits, unsigned. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x80) return fnv1aBytes(utf8(text));
    hash = Math.imul(hash ^ c, 0x01000193);
  }
  return hash >>> 0;
}

function fnv1aBytes(bytes: readonly number[]): number {
  let hash = 0x811c9dc5 | 0;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A stable, locally administered unicast MAC for a name, as a 48-bit integer: 02 and 40 bits of hash. */
export function hashMac(name: string): number {
  return 0x020000000000 + (fnv1a32(`${name}#`) & 0xff) * 0x100000000 + fnv1a32(name);
}
