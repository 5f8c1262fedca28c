/**
 * Routing decisions of one device or namespace by what they depend on: two addresses, the mark and the device a packet is bound to. Linux
 * kept such a cache until 3.6 (rt_hash_table); here it is exact, as tables never change while a namespace lives. It grows with what is asked,
 * up to a limit, and then the latest stand. Decisions that policy rules or a multipath route had a part in may depend on more, and are not kept.
 */
import type { Ipv4 } from '../../base/ip.js';
import type { Device } from '../namespace.js';

interface Entry<D> {
  readonly to: Ipv4;
  readonly from: Ipv4;
  readonly mark: number;
  readonly device: Device | undefined;
  readonly decision: D;
}

const PLACES_FIRST = 16;
const PLACES_MAX = 2048;

export class DecisionCache<D> {
  #entries: (Entry<D> | undefined)[] = [];
  /** How many places there are, less one. */
  #last = -1;
  #pushedOut = 0;

  get(to: Ipv4, from: Ipv4, mark: number, device: Device | undefined): D | undefined {
    if (this.#last < 0) return undefined;
    const entry = this.#entries[hashOf(to, from, mark) & this.#last];
    if (entry === undefined || entry.to !== to || entry.from !== from || entry.mark !== mark || entry.device !== device) return undefined;
    return entry.decision;
  }

  keep(to: Ipv4, from: Ipv4, mark: number, device: Device | undefined, decision: D): D {
    if (this.#last < 0) this.#resize(PLACES_FIRST);
    const place = hashOf(to, from, mark) & this.#last;
    if (this.#entries[place] !== undefined && ++this.#pushedOut * 4 > this.#last && this.#last < PLACES_MAX - 1) {
      this.#resize((this.#last + 1) * 4);
      return this.keep(to, from, mark, device, decision);
    }
    this.#entries[place] = { to, from, mark, device, decision };
    return decision;
  }

  #resize(places: number): void {
    const before = this.#entries;
    this.#entries = new Array<Entry<D> | undefined>(places).fill(undefined);
    this.#last = places - 1;
    this.#pushedOut = 0;
    for (const entry of before) if (entry !== undefined) this.#entries[hashOf(entry.to, entry.from, entry.mark) & this.#last] = entry;
  }
}

function hashOf(to: Ipv4, from: Ipv4, mark: number): number {
  let h = Math.imul(to ^ 0x9e3779b9, 0x85ebca6b) ^ from;
  h = Math.imul(h ^ (h >>> 15) ^ mark, 0xc2b2ae35);
  return h ^ (h >>> 13);
}
