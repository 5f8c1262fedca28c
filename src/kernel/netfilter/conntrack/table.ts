/** The table of confirmed connections of one namespace: both tuples of each, by hash. Expired ones are dropped when met. */
import type { NetfilterCounters } from '../contract.js';
import type { Connection } from './connection.js';
import { hashTuple, sameTuple, type Tuple } from './tuple.js';

interface Slot {
  readonly tuple: Tuple;
  readonly connection: Connection;
  readonly reply: boolean;
  next: Slot | undefined;
}

export class ConnectionTable {
  readonly #slots = new Map<number, Slot>();
  readonly #counters: NetfilterCounters;
  /** In order of confirmation. */
  readonly all: Connection[] = [];

  constructor(counters: NetfilterCounters) {
    this.#counters = counters;
  }

  find(tuple: Tuple, nowUs: number): Slot | undefined {
    this.#counters.conntrackLookups++;
    for (let slot = this.#slots.get(hashTuple(tuple)); slot !== undefined; slot = slot.next) {
      if (!sameTuple(slot.tuple, tuple)) continue;
      const { connection } = slot;
      if (!connection.dead && connection.expiresUs > nowUs) return slot;
    }
    return undefined;
  }

  /** Puts both tuples in; false, and nothing changed, if either is taken by another connection. */
  insert(connection: Connection, nowUs: number): boolean {
    if (this.find(connection.original, nowUs) || this.find(connection.reply, nowUs)) return false;
    this.#add(connection.original, connection, false);
    this.#add(connection.reply, connection, true);
    this.all.push(connection);
    connection.confirmed = true;
    return true;
  }

  clear(): void {
    if (this.all.length === 0) return;
    this.#slots.clear();
    this.all.length = 0;
  }

  #add(tuple: Tuple, connection: Connection, reply: boolean): void {
    const hash = hashTuple(tuple);
    this.#slots.set(hash, { tuple, connection, reply, next: this.#slots.get(hash) });
  }
}
