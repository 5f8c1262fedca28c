/**
 * Maps of chains that need not be complete to be read: one chain is found by its name, and only who walks the whole map has it made.
 * `layeredChains` lays a few chains of one node over maps that many nodes share, so that a cluster of thousands of nodes and Services holds each
 * Service's chains once.
 */

/** `find` must agree with `complete`. */
export function chainMap<C>(find: (name: string) => C | undefined, complete: () => ReadonlyMap<string, C>): ReadonlyMap<string, C> {
  return new ChainMap(find, complete);
}

/** Where two layers have one name, the first wins. */
export function layeredChains<C>(layers: readonly ReadonlyMap<string, C>[]): ReadonlyMap<string, C> {
  if (layers.length === 1) return layers[0] as ReadonlyMap<string, C>;
  return chainMap(
    (name) => {
      for (const layer of layers) {
        const found = layer.get(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    () => {
      const all = new Map(layers[0]);
      for (const layer of layers) for (const [name, chain] of layer) if (!all.has(name)) all.set(name, chain);
      return all;
    },
  );
}

class ChainMap<C> implements ReadonlyMap<string, C> {
  readonly #find: (name: string) => C | undefined;
  readonly #complete: () => ReadonlyMap<string, C>;

  constructor(find: (name: string) => C | undefined, complete: () => ReadonlyMap<string, C>) {
    this.#find = find;
    this.#complete = complete;
  }

  get(name: string): C | undefined {
    return this.#find(name);
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  get size(): number {
    return this.#complete().size;
  }

  entries(): MapIterator<[string, C]> {
    return this.#complete().entries();
  }

  keys(): MapIterator<string> {
    return this.#complete().keys();
  }

  values(): MapIterator<C> {
    return this.#complete().values();
  }

  [Symbol.iterator](): MapIterator<[string, C]> {
    return this.entries();
  }

  forEach(visit: (chain: C, name: string, map: ReadonlyMap<string, C>) => void): void {
    for (const [name, chain] of this.entries()) visit(chain, name, this);
  }
}
