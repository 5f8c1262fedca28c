/**
 * The Service ports of one moment, in their order. The next moment has nearly all of them: the array goes on to it, and what is behind keeps no more than what
 * was changed, from which its own is made again when somebody asks after all. An array that was handed out is never changed.
 */
import type { ProxyPort } from './service-port.js';

/** The list that has the array now, and how to come back from it. */
interface Later {
  readonly list: PortList;
  readonly at: number;
  readonly count: number;
  readonly before: readonly ProxyPort[];
}

export class PortList {
  #items: ProxyPort[] | undefined;
  #isHeld = false;
  #isPast = false;
  #later: Later | undefined;
  /** How many ports have endpoints on a node: of the latest list alone, and made when first asked for. */
  #byNode: Map<string, number> | undefined;
  readonly length: number;

  constructor(items: ProxyPort[]) {
    this.#items = items;
    this.length = items.length;
  }

  /** Not to be changed. */
  get all(): readonly ProxyPort[] {
    this.#isHeld = true;
    return this.#own();
  }

  at(index: number): ProxyPort | undefined {
    return this.#own()[index];
  }

  some(test: (port: ProxyPort) => boolean): boolean {
    return this.#own().some(test);
  }

  /** One of them has an endpoint on the node. */
  isOn(node: string): boolean {
    if (this.#isPast) return this.some((port) => port.scan.nodes.includes(node));
    if (this.#byNode === undefined) {
      this.#byNode = new Map();
      count(this.#byNode, this.#own(), 1);
    }
    return (this.#byNode.get(node) ?? 0) > 0;
  }

  /** With `now` in place of `count` ports from `at` on. */
  with(at: number, count: number, now: readonly ProxyPort[]): PortList {
    const items = this.#isHeld ? this.#own().slice() : this.#own();
    const before = items.splice(at, count, ...now);
    const list = new PortList(items);
    list.#byNode = this.#byNode;
    this.#byNode = undefined;
    if (list.#byNode !== undefined) recount(list.#byNode, before, now);
    this.#isPast = true;
    if (!this.#isHeld) {
      this.#items = undefined;
      this.#later = { list, at, count: now.length, before };
    }
    return list;
  }

  #own(): ProxyPort[] {
    if (this.#items === undefined) {
      this.#items = this.#madeAgain();
      this.#later = undefined;
    }
    return this.#items;
  }

  #madeAgain(): ProxyPort[] {
    const ways: Later[] = [];
    let found: ProxyPort[] | undefined;
    for (let later = this.#later; found === undefined && later !== undefined; later = later.list.#later) {
      ways.push(later);
      found = later.list.#items;
    }
    const items = found?.slice() ?? [];
    for (const { at, count, before } of ways.reverse()) items.splice(at, count, ...before);
    return items;
  }
}

function recount(byNode: Map<string, number>, before: readonly ProxyPort[], now: readonly ProxyPort[]): void {
  count(byNode, before, -1);
  count(byNode, now, 1);
}

function count(byNode: Map<string, number>, ports: readonly ProxyPort[], by: 1 | -1): void {
  for (const { scan } of ports) for (const node of scan.nodes) byNode.set(node, (byNode.get(node) ?? 0) + by);
}
