/**
 * The table of confirmed connections of one namespace: both tuples of each, by hash, as the kernel's hash table of tuples (nf_conntrack_hash).
 * Expired ones are passed over when met.
 */
import { PROTO } from '../../../packet/ip-packet.js';
import type { NetfilterCounters } from '../contract.js';
import type { ConntrackFilter } from '../../../plan/conntrack-args.js';
import type { Connection } from './connection.js';
import { connectionLine } from './connection-line.js';
import { matchesFilter } from './matches-filter.js';
import { hashOf, hashSource, invertTuple, sameTuple, type Tuple } from './tuple.js';
import { meetsZone, sameZone, type Zone } from './zone.js';

interface Slot {
  readonly tuple: Tuple;
  readonly connection: Connection;
  readonly reply: boolean;
  readonly next: Slot | undefined;
}

/** A connection whose source is translated; newer ones stand before older ones. */
interface Source {
  readonly connection: Connection;
  readonly next: Source | undefined;
}

const BUCKETS_FIRST = 64;

export class ConnectionTable {
  #buckets = newBuckets<Slot>(BUCKETS_FIRST);
  /** By their source. */
  #sources = newBuckets<Source>(BUCKETS_FIRST);
  #last = BUCKETS_FIRST - 1;
  /** Buckets in use, so that a table that holds little is emptied as quickly. */
  readonly #used: number[] = [];
  #usedCount = 0;
  readonly #counters: NetfilterCounters;
  /** In order of confirmation. */
  readonly all: Connection[] = [];

  constructor(counters: NetfilterCounters) {
    this.#counters = counters;
  }

  find(tuple: Tuple, nowUs: number, zone: Zone | undefined): Slot | undefined {
    this.#counters.conntrackLookups++;
    for (let slot = this.#buckets[tuple.hash & this.#last]; slot !== undefined; slot = slot.next) {
      if (!sameTuple(slot.tuple, tuple)) continue;
      const { connection } = slot;
      if (!connection.dead && connection.expiresUs > nowUs && sameZone(connection.zone, zone, slot.reply)) return slot;
    }
    return undefined;
  }

  /** Whether a tuple is taken, as the one or the other direction of a connection of that zone. */
  // eslint-disable-next-line eslint/max-params
  holds(tuple: Tuple, nowUs: number, zone: Zone | undefined, wanted: boolean): boolean {
    this.#counters.conntrackLookups++;
    for (let slot = this.#buckets[tuple.hash & this.#last]; slot !== undefined; slot = slot.next) {
      if (!sameTuple(slot.tuple, tuple)) continue;
      const { connection } = slot;
      if (!connection.dead && connection.expiresUs > nowUs && meetsZone(connection.zone, zone, slot.reply, wanted)) return true;
    }
    return false;
  }

  /** Whether the answer to what the tuple names is taken: find() of its inverse, which need not be made for that. */
  holdsAnswerTo(tuple: Tuple, { nowUs, zone }: { readonly nowUs: number; readonly zone: Zone | undefined }): boolean {
    const { src, dst, proto, a, b } = tuple;
    if (proto === PROTO.icmp || proto === PROTO.icmpv6) return this.holds(invertTuple(tuple), nowUs, zone, true);
    this.#counters.conntrackLookups++;
    for (let slot = this.#buckets[hashOf(dst, src, proto, (b << 16) | a) & this.#last]; slot !== undefined; slot = slot.next) {
      const { tuple: one, connection } = slot;
      if (one.a !== b || one.b !== a || one.src !== dst || one.dst !== src || one.proto !== proto) continue;
      if (!connection.dead && connection.expiresUs > nowUs && meetsZone(connection.zone, zone, slot.reply, true)) return true;
    }
    return false;
  }

  /** Puts both tuples in; false, and nothing changed, if either is taken by another connection. */
  insert(connection: Connection, nowUs: number): boolean {
    const { original, reply, zone } = connection;
    if (this.holds(original, nowUs, zone, false) || this.holds(reply, nowUs, zone, true)) return false;
    if (this.all.length > this.#last) this.#grow();
    this.#add(connection);
    this.all.push(connection);
    connection.confirmed = true;
    return true;
  }

  /** A connection from the same source whose source is translated: the latest (nf_nat_bysource). */
  translatedSource(tuple: Tuple, nowUs: number, zone: Zone | undefined): Connection | undefined {
    for (let source = this.#sources[hashSource(tuple) & this.#last]; source !== undefined; source = source.next) {
      const { original, dead, expiresUs, zone: its } = source.connection;
      const same = original.src === tuple.src && original.a === tuple.a && original.proto === tuple.proto;
      if (same && !dead && expiresUs > nowUs && sameZone(its, zone, false)) return source.connection;
    }
    return undefined;
  }

  /** Forgets what is gone, and counts the rest. */
  countAlive(nowUs: number): number {
    const alive = this.alive(nowUs);
    if (alive.length < this.all.length) {
      this.clear();
      this.all.push(...alive);
      for (const connection of alive) this.#add(connection);
    }
    return this.all.length;
  }

  alive(nowUs: number): readonly Connection[] {
    return this.all.filter(({ dead, expiresUs }) => !dead && expiresUs > nowUs);
  }

  /** No connection has been confirmed. */
  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** Those that match, or all; says how many. */
  delete(filter: ConntrackFilter | undefined, nowUs: number): number {
    const gone = this.alive(nowUs).filter((one) => filter === undefined || matchesFilter(one, filter));
    for (const connection of gone) connection.dead = true;
    return gone.length;
  }

  /** As `conntrack -L` prints them, sorted. */
  lines(nowUs: number): readonly string[] {
    const lines = this.alive(nowUs).map((connection) => connectionLine(connection, nowUs));
    return lines.sort();
  }

  /** Takes over the connections of another table. */
  adopt(other: ConnectionTable, nowUs: number): void {
    for (const connection of other.alive(nowUs)) this.insert(connection, nowUs);
  }

  clear(): void {
    for (let i = 0; i < this.#usedCount; i++) {
      const at = this.#used[i] as number;
      this.#buckets[at] = undefined;
      this.#sources[at] = undefined;
    }
    this.#usedCount = 0;
    if (this.all.length > 0) this.all.length = 0;
  }

  #add(connection: Connection): void {
    const { original, reply } = connection;
    this.#put(original, connection, false);
    this.#put(reply, connection, true);
    if (connection.srcNat === undefined) return;
    const at = hashSource(original) & this.#last;
    this.#sources[at] = { connection, next: this.#sources[at] };
    this.#used[this.#usedCount++] = at;
  }

  #put(tuple: Tuple, connection: Connection, reply: boolean): void {
    const at = tuple.hash & this.#last;
    this.#buckets[at] = { tuple, connection, reply, next: this.#buckets[at] };
    this.#used[this.#usedCount++] = at;
  }

  #grow(): void {
    const count = (this.#last + 1) * 4;
    this.#buckets = newBuckets(count);
    this.#sources = newBuckets(count);
    this.#last = count - 1;
    this.#usedCount = 0;
    for (const connection of this.all) this.#add(connection);
  }
}

function newBuckets<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}
