/** First in, first out. An array that is cut and filled again asks for memory each time; this one keeps its places. */
export class Fifo<T> {
  readonly #items: (T | undefined)[] = [];
  #head = 0;
  #tail = 0;

  get length(): number {
    return this.#tail - this.#head;
  }

  push(item: T): void {
    this.#items[this.#tail++] = item;
  }

  shift(): T | undefined {
    if (this.#head === this.#tail) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#tail) this.#head = this.#tail = 0;
    return item;
  }

  /** The next one. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** The latest of those that wait, up to `count`. */
  latest(count: number): readonly T[] {
    return this.#items.slice(Math.max(this.#head, this.#tail - count), this.#tail) as T[];
  }

  clear(): void {
    while (this.#tail > 0) this.#items[--this.#tail] = undefined;
    this.#head = 0;
  }
}
