/** A seeded generator (mulberry32): the same seed gives the same sequence on any machine. Not for secrets. */
export interface Rng {
  /** A uniform integer in [0, n). */
  below(n: number): number;
}

export function createRng(seed: number): Rng {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return { below: (n) => Math.floor((next() / 4294967296) * n) };
}

/** Kubernetes' alphabet for generated names: no vowels and no look-alikes. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, as generateName appends. */
export function nameSuffix(rng: Rng): string {
  let suffix = '';
  for (let i = 0; i < 5; i++) suffix += SUFFIX_ALPHABET[rng.below(SUFFIX_ALPHABET.length)];
  return suffix;
}
