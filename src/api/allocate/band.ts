/**
 * A range of numbers with a lower band kept for values that users ask for and an upper band that automatic allocation uses first
 * (KEP-3070, KEP-3668). A real API server draws at random within a band; here the lowest free number is taken, so that a run can be
 * repeated. Every choice made here is one a real server could have made.
 */
export class Band {
  private readonly used = new Set<number>();
  private readonly size: number;
  private readonly offset: number;
  /** No number below these, in either band, is free. */
  private dynamicFrom: number;
  private staticFrom = 0;

  /** Numbers 0…size-1, of which the first `offset` are the lower band. */
  constructor(size: number, offset: number) {
    this.size = size;
    this.offset = offset;
    this.dynamicFrom = offset;
  }

  has(n: number): boolean {
    return this.used.has(n);
  }

  contains(n: number): boolean {
    return n >= 0 && n < this.size;
  }

  take(n: number): void {
    this.used.add(n);
  }

  release(n: number): void {
    if (!this.used.delete(n)) return;
    if (n >= this.offset) this.dynamicFrom = Math.min(this.dynamicFrom, n);
    else this.staticFrom = Math.min(this.staticFrom, n);
  }

  /** Takes the next free number: the upper band first, then the lower one; undefined when full. */
  next(): number | undefined {
    while (this.dynamicFrom < this.size && this.used.has(this.dynamicFrom)) this.dynamicFrom++;
    if (this.dynamicFrom < this.size) return this.takeAndGive(this.dynamicFrom);
    while (this.staticFrom < this.offset && this.used.has(this.staticFrom)) this.staticFrom++;
    return this.staticFrom < this.offset ? this.takeAndGive(this.staticFrom) : undefined;
  }

  private takeAndGive(n: number): number {
    this.used.add(n);
    return n;
  }
}
