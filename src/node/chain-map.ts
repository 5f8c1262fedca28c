/**
 * Maps of chains that need not be complete to be read: one chain is found by its name, and only who walks the whole map has it made.
 * `layeredChains` lays a few chains of one node over maps that many nodes share, so that a cluster of thousands of nodes and Services holds each
 * Service's chains once.
 */
import type { Chain } from '../plan/ruleset.js';

/** `find` must agree with `complete`. */
export function chainMap(
  find: (name: string) => Chain | undefined,
  complete: () => ReadonlyMap<string, Chain>,
): ReadonlyMap<string, Chain> {
  return new ChainMap(find, complete);
}

/** Where two layers have one name, the first wins. */
export function layeredChains(layers: readonly ReadonlyMap<string, Chain>[]): ReadonlyMap<string, Chain> {
  if (layers.length === 1) return layers[0] as ReadonlyMap<string, Chain>;
  return chainMap(
    (name) => {
      for (const layer of layers) {
        const found = layer.get(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    () => new Map([...layers].reverse().flatMap((layer) => [...layer])),
  );
}

class ChainMap implements ReadonlyMap<string, Chain> {
  readonly #find: (name: string) => Chain | undefined;
  readonly #complete: () => ReadonlyMap<string, Chain>;

  constructor(find: (name: string) => Chain | undefined, complete: () => ReadonlyMap<string, Chain>) {
    this.#find = find;
    this.#complete = complete;
  }

  get(name: string): Chain | undefined {
    return this.#find(name);
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  get size(): number {
    return this.#complete().size;
  }

  entries(): MapIterator<[string, Chain]> {
    return this.#complete().entries();
  }

  keys(): MapIterator<string> {
    return this.#complete().keys();
  }

  values(): MapIterator<Chain> {
    return this.#complete().values();
  }

  [Symbol.iterator](): MapIterator<[string, Chain]> {
    return this.entries();
  }

  forEach(visit: (chain: Chain, name: string, map: ReadonlyMap<string, Chain>) => void): void {
    for (const [name, chain] of this.entries()) visit(chain, name, this);
  }
}
