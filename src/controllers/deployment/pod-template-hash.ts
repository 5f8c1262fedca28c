/**
 * The pod-template-hash label and ReplicaSet name suffix (pkg/controller/controller_utils.go ComputeHash, apimachinery rand.SafeEncodeString):
 * FNV-1a 32 over a deterministic dump of the template, in decimal, mapped to the alphabet without vowels. Upstream dumps
 * its Go structures; here canonical JSON is hashed, so the values differ from those of a real cluster, but equal templates get
 * equal names and different ones different names just the same. Left out: collisionCount.
 */
import type { PodTemplateSpec } from '../../api/types/apps.js';
import { compareText } from '../../api/object/key.js';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const hashes = new WeakMap<PodTemplateSpec, string>();

export function podTemplateHash(template: PodTemplateSpec): string {
  let hash = hashes.get(template);
  if (hash === undefined) hashes.set(template, (hash = encode(fnv1a(canonical(template)))));
  return hash;
}

/** Each decimal digit becomes the alphabet's character of its code. */
function encode(hash: number): string {
  let text = '';
  for (const digit of String(hash)) text += ALPHABET[digit.charCodeAt(0) % ALPHABET.length];
  return text;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    hash = Math.imul(hash ^ (code & 0xff), 0x01000193);
    if (code > 0xff) hash = Math.imul(hash ^ (code >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** JSON with sorted keys; undefined fields do not stand. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => compareText(a, b));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}
