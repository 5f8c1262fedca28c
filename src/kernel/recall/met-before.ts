/**
 * Which calls have been met before: a set of hashes that keeps nothing of the calls themselves, as most are made once. A call whose hash is that
 * of another is remembered a little early, which changes nothing.
 */

const SLOTS_FIRST = 1024;
const SLOTS_MAX = 65_536;

export class MetBefore {
  /** Open addressing; 0 is an empty slot. */
  #slots = new Int32Array(0);
  #hashes = 0;

  /** And from now on it is. */
  has(hash: number): boolean {
    const wanted = hash === 0 ? 1 : hash | 0;
    if (this.#hashes * 2 >= this.#slots.length) this.#grow();
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = wanted & last;
    for (; slots[slot] !== 0; slot = (slot + 1) & last) if (slots[slot] === wanted) return true;
    slots[slot] = wanted;
    this.#hashes++;
    return false;
  }

  clear(): void {
    if (this.#hashes > 0) this.#slots.fill(0);
    this.#hashes = 0;
  }

  /** Where it has grown enough, it forgets. */
  #grow(): void {
    const before = this.#slots;
    if (before.length >= SLOTS_MAX) return this.clear();
    this.#slots = new Int32Array(Math.max(SLOTS_FIRST, before.length * 4));
    this.#hashes = 0;
    for (let i = 0; i < before.length; i++) if (before[i] !== 0) this.has(before[i] as number);
  }
}
