/**
 * The chains of one table on one node: a few of its own laid over maps that many nodes share, read as one map. A cluster of
 * thousands of nodes and Services thereby holds each Service's chains once. Where two layers have one name, the first wins.
 */
import type { Chain } from '../plan/ruleset.js';

export function layeredChains(layers: readonly ReadonlyMap<string, Chain>[]): ReadonlyMap<string, Chain> {
  const filled = layers.filter((layer) => layer.size > 0);
  return filled.length <= 1 ? (filled[0] ?? new Map<string, Chain>()) : new LayeredChains(filled);
}

class LayeredChains implements ReadonlyMap<string, Chain> {
  readonly #layers: readonly ReadonlyMap<string, Chain>[];
  #size: number | undefined;

  constructor(layers: readonly ReadonlyMap<string, Chain>[]) {
    this.#layers = layers;
  }

  get(name: string): Chain | undefined {
    for (const layer of this.#layers) {
      const found = layer.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.#layers.some((layer) => layer.has(name));
  }

  get size(): number {
    this.#size ??= [...this.keys()].length;
    return this.#size;
  }

  *entries(): MapIterator<[string, Chain]> {
    for (const [i, layer] of this.#layers.entries()) {
      for (const entry of layer) {
        if (!this.#hiddenBefore(i, entry[0])) yield entry;
      }
    }
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
    return undefined;
  }

  *values(): MapIterator<Chain> {
    for (const [, chain] of this.entries()) yield chain;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, Chain]> {
    return this.entries();
  }

  forEach(visit: (chain: Chain, name: string, map: ReadonlyMap<string, Chain>) => void): void {
    for (const [name, chain] of this.entries()) visit(chain, name, this);
  }

  #hiddenBefore(layer: number, name: string): boolean {
    for (let i = 0; i < layer; i++) if (this.#layers[i]?.has(name)) return true;
    return false;
  }
}
