/** A priority queue ordered by (time, sequence): a binary heap. Equal times leave in the order they came. */
export interface EventQueue<T> {
  push(time: number, value: T): void;
  /** The next one at or before `until`, removed; undefined when there is none. */
  popDue(until: number): { readonly time: number; readonly value: T } | undefined;
  readonly size: number;
  /** When the next one is due; undefined when there is none. */
  readonly nextTime: number | undefined;
}

interface Entry<T> {
  readonly time: number;
  readonly sequence: number;
  readonly value: T;
}

export function createEventQueue<T>(): EventQueue<T> {
  const heap: Entry<T>[] = [];
  let sequence = 0;
  return {
    push(time, value) {
      heap.push({ time, sequence: sequence++, value });
      siftUp(heap, heap.length - 1);
    },
    popDue(until) {
      const first = heap[0];
      if (first === undefined || first.time > until) return undefined;
      const last = heap.pop() as Entry<T>;
      if (heap.length > 0) {
        heap[0] = last;
        siftDown(heap, 0);
      }
      return first;
    },
    get size() {
      return heap.length;
    },
    get nextTime() {
      return heap[0]?.time;
    },
  };
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}

function siftUp<T>(heap: Entry<T>[], start: number): void {
  let i = start;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(heap[i] as Entry<T>, heap[parent] as Entry<T>)) return;
    swap(heap, i, parent);
    i = parent;
  }
}

function siftDown<T>(heap: Entry<T>[], start: number): void {
  let i = start;
  for (;;) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && before(heap[child] as Entry<T>, heap[least] as Entry<T>)) least = child;
    }
    if (least === i) return;
    swap(heap, i, least);
    i = least;
  }
}

function swap<T>(heap: Entry<T>[], i: number, j: number): void {
  const held = heap[i] as Entry<T>;
  heap[i] = heap[j] as Entry<T>;
  heap[j] = held;
}
