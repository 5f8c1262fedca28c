/** The table of confirmed connections of one namespace: both tuples of each, by hash. Expired ones are dropped when met. */
import type { NetfilterCounters } from '../contract.js';
import type { Connection } from './connection.js';
import { hashSource, sameTuple, type Tuple } from './tuple.js';
import { sameZone, type Zone } from './zone.js';

interface Slot {
  readonly tuple: Tuple;
  readonly connection: Connection;
  readonly reply: boolean;
  next: Slot | undefined;
}

export class ConnectionTable {
  #slots = new Map<number, Slot>();
  /** Connections whose source is translated, by that source. */
  #sources = new Map<number, Connection[]>();
  readonly #counters: NetfilterCounters;
  /** In order of confirmation. */
  readonly all: Connection[] = [];

  constructor(counters: NetfilterCounters) {
    this.#counters = counters;
  }

  find(tuple: Tuple, nowUs: number, zone: Zone | undefined): Slot | undefined {
    this.#counters.conntrackLookups++;
    for (let slot = this.#slots.get(tuple.hash); slot !== undefined; slot = slot.next) {
      if (!sameTuple(slot.tuple, tuple)) continue;
      const { connection } = slot;
      if (!connection.dead && connection.expiresUs > nowUs && sameZone(connection.zone, zone, slot.reply)) return slot;
    }
    return undefined;
  }

  /** Puts both tuples in; false, and nothing changed, if either is taken by another connection. */
  insert(connection: Connection, nowUs: number): boolean {
    const { original, reply, zone } = connection;
    if (this.find(original, nowUs, zone) !== undefined || this.find(reply, nowUs, zone) !== undefined) return false;
    this.#add(original, connection, false);
    this.#add(reply, connection, true);
    if (connection.srcNat !== undefined) this.#addSource(connection);
    this.all.push(connection);
    connection.confirmed = true;
    return true;
  }

  /** A connection from the same source whose source is translated: the latest (nf_nat_bysource). */
  translatedSource(tuple: Tuple, nowUs: number, zone: Zone | undefined): Connection | undefined {
    return this.#sources.get(hashSource(tuple))?.find(({ original, dead, expiresUs, zone: its }) => {
      const same = original.src === tuple.src && original.a === tuple.a && original.proto === tuple.proto;
      return same && !dead && expiresUs > nowUs && sameZone(its, zone, false);
    });
  }

  alive(nowUs: number): readonly Connection[] {
    return this.all.filter(({ dead, expiresUs }) => !dead && expiresUs > nowUs);
  }

  /** Takes over the connections of another table. */
  adopt(other: ConnectionTable, nowUs: number): void {
    for (const connection of other.alive(nowUs)) this.insert(connection, nowUs);
  }

  clear(): void {
    if (this.all.length === 0) return;
    // New maps: a map that is cleared links its old table to its new one, and in a long run each keeps the next alive.
    this.#slots = new Map();
    if (this.#sources.size > 0) this.#sources = new Map();
    this.all.length = 0;
  }

  #addSource(connection: Connection): void {
    const hash = hashSource(connection.original);
    const same = this.#sources.get(hash);
    if (same === undefined) this.#sources.set(hash, [connection]);
    else same.unshift(connection);
  }

  #add(tuple: Tuple, connection: Connection, reply: boolean): void {
    this.#slots.set(tuple.hash, { tuple, connection, reply, next: this.#slots.get(tuple.hash) });
  }
}
