/**
 * WireGuard's keys: 32 bytes in base64, and the public key of a private one, which is X25519 of the base point (RFC 7748). It is what
 * makes two devices each other's peers. Not constant in time, for nothing here is secret.
 */
import { memoByText } from '../../base/memo.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const P = 2n ** 255n - 19n;
const A24 = 121665n;

/** 43 characters of base64 and one `=`; the last may not carry more bits than 256. */
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text);
}

export function encodeKey(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < 30; i += 3) text += quad(((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0));
  return `${text}${quad(((bytes[30] ?? 0) << 16) | ((bytes[31] ?? 0) << 8)).slice(0, 3)}=`;
}

function quad(bits: number): string {
  return [18, 12, 6, 0].map((shift) => ALPHABET.charAt((bits >> shift) & 63)).join('');
}

function decodeKey(text: string): number[] {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const char of text.slice(0, 43)) {
    bits = ((bits << 6) | ALPHABET.indexOf(char)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  return bytes;
}

/** The public key of a private key. */
export const publicKey = memoByText((privateKey: string): string => {
  const bytes = decodeKey(privateKey);
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64;
  return encodeKey(toBytes(ladder(fromBytes(bytes), 9n)));
});

function fromBytes(bytes: readonly number[]): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function toBytes(number: bigint): number[] {
  return Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n));
}

/** The Montgomery ladder, from the highest bit down. */
function ladder(scalar: bigint, u: bigint): bigint {
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  let swapped = false;
  for (let bit = 254n; bit >= 0n; bit--) {
    const set = ((scalar >> bit) & 1n) === 1n;
    if (set !== swapped) [x2, x3, z2, z3] = [x3, x2, z3, z2];
    swapped = set;
    const [a, b] = [x2 + z2, x2 - z2];
    const [da, cb] = [((x3 - z3) * a) % P, ((x3 + z3) * b) % P];
    const [aa, bb] = [(a * a) % P, (b * b) % P];
    const e = aa - bb;
    x3 = (da + cb) ** 2n % P;
    z3 = (u * ((da - cb) ** 2n % P)) % P;
    x2 = (aa * bb) % P;
    z2 = (e * (aa + A24 * e)) % P;
  }
  if (swapped) [x2, z2] = [x3, z3];
  return (((x2 * inverse(z2)) % P) + P) % P;
}

/** By Fermat. */
function inverse(number: bigint): bigint {
  let result = 1n;
  let base = ((number % P) + P) % P;
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}
