/**
 * Routing decisions of one device or namespace by what they depend on: two addresses, the mark and the device a packet is bound to. Linux
 * kept such a cache until 3.6 (rt_hash_table); here it is exact, as tables never change while a namespace lives. The latest decision
 * of each place stands. Decisions that policy rules or a multipath route had a part in may depend on more, and are not kept.
 */
import type { Ipv4 } from '../../base/ip.js';
import type { Device } from '../namespace.js';

const PLACES = 256;
/** Most devices see a few packets only. */
const MISSES_FIRST = 8;

export class DecisionCache<D> {
  #keys: Int32Array | undefined;
  readonly #devices: (Device | undefined)[] = [];
  readonly #decisions: (D | undefined)[] = [];
  #misses = 0;

  get(to: Ipv4, from: Ipv4, mark: number, device: Device | undefined): D | undefined {
    const keys = this.#keys;
    if (keys === undefined) return undefined;
    const place = placeOf(to, from, mark);
    const at = place * 3;
    if (keys[at] !== to || keys[at + 1] !== from || keys[at + 2] !== (mark | 0) || this.#devices[place] !== device) return undefined;
    return this.#decisions[place];
  }

  keep(to: Ipv4, from: Ipv4, mark: number, device: Device | undefined, decision: D): D {
    if (this.#keys === undefined && !this.#begin()) return decision;
    const place = placeOf(to, from, mark);
    (this.#keys as Int32Array).set([to, from, mark], place * 3);
    this.#devices[place] = device;
    this.#decisions[place] = decision;
    return decision;
  }

  #begin(): boolean {
    if (++this.#misses <= MISSES_FIRST) return false;
    this.#keys = new Int32Array(PLACES * 3);
    for (let i = 0; i < PLACES; i++) {
      this.#devices.push(undefined);
      this.#decisions.push(undefined);
    }
    return true;
  }
}

function placeOf(to: Ipv4, from: Ipv4, mark: number): number {
  let h = Math.imul(to ^ 0x9e3779b9, 0x85ebca6b) ^ from;
  h = Math.imul(h ^ (h >>> 15) ^ mark, 0xc2b2ae35);
  return (h ^ (h >>> 13)) & (PLACES - 1);
}
