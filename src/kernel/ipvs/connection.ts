/**
 * IPVS' own connections (struct ip_vs_conn): who called what, and which real server answers. Found by the client's tuple and by the
 * server's. What time-out ends takes its tracked connection with it (ip_vs_conn_expire, ip_vs_conn_drop_conntrack). A connection is closed by
 * both ends when its flow has ended, for what sockets say then is not told.
 */
import type { IpvsTimeouts, RealServer, ServiceKey } from '../../plan/ipvs/ipvs-service.js';
import type { Connection } from '../netfilter/conntrack/connection.js';
import { makeTuple, sameTuple, type Tuple } from '../netfilter/conntrack/tuple.js';
import { closeAfterFlow, isActiveNow } from './follow.js';
import type { IpvsTcpState } from './tcp-state.js';

export interface IpvsConnection {
  /** From the client to the service. */
  readonly client: Tuple;
  /** From the server to the client. */
  readonly answer: Tuple;
  /** Whose it is. */
  readonly service: ServiceKey;
  readonly server: RealServer;
  /** The server was taken from its service. */
  readonly lost?: boolean | undefined;
  /** The server's port for this connection. */
  readonly serverPort: number;
  /** Of TCP; of an association ESTABLISHED, CLOSE when it is over, and NONE otherwise; of UDP NONE. */
  state: IpvsTcpState;
  /** When it was last in that state's time, and when that is over. */
  touchedUs: number;
  /** To which it belongs. */
  readonly flow: unknown;
  /** The template of a persistent service that led to the server (cp->control). */
  template?: string | undefined;
  /** The tracked connection of its last packet. */
  tracked?: Connection | undefined;
  expiresUs: number;
}

interface Made {
  readonly service: ServiceKey;
  readonly server: RealServer;
  readonly serverPort: number;
  readonly flow?: unknown;
}

const BUCKETS_FIRST = 64;

/** By hash of one of their tuples; newer ones stand before older ones. */
interface Slot {
  readonly connection: IpvsConnection;
  readonly next: Slot | undefined;
}

/** What ends connections besides packets. */
export interface Life {
  isOpen(flow: unknown): boolean;
  readonly timeouts: IpvsTimeouts;
}

export class IpvsConnections {
  readonly #life: Life;
  #byClient = newBuckets(BUCKETS_FIRST);
  #byAnswer = newBuckets(BUCKETS_FIRST);
  #last = BUCKETS_FIRST - 1;
  readonly #all: IpvsConnection[] = [];

  constructor(life: Life) {
    this.#life = life;
  }

  find(tuple: Tuple, nowUs: number): IpvsConnection | undefined {
    for (let slot = this.#byClient[tuple.hash & this.#last]; slot !== undefined; slot = slot.next) {
      if (sameTuple(slot.connection.client, tuple) && !this.#isOver(slot.connection, nowUs)) return slot.connection;
    }
    return undefined;
  }

  findAnswer(tuple: Tuple, nowUs: number): IpvsConnection | undefined {
    for (let slot = this.#byAnswer[tuple.hash & this.#last]; slot !== undefined; slot = slot.next) {
      if (sameTuple(slot.connection.answer, tuple) && !this.#isOver(slot.connection, nowUs)) return slot.connection;
    }
    return undefined;
  }

  add(client: Tuple, { service, server, serverPort, flow }: Made): IpvsConnection {
    const answer = makeTuple(server.ip, client.src, client.proto, serverPort, client.a);
    const connection: IpvsConnection = {
      client,
      answer,
      service,
      server,
      serverPort,
      state: 'NONE',
      flow,
      touchedUs: 0,
      expiresUs: 0,
      template: undefined,
      tracked: undefined,
    };
    this.#insert(connection);
    return connection;
  }

  /** Connections of a server: active ones, and others. */
  load(server: RealServer, nowUs: number): { readonly active: number; readonly inactive: number } {
    let active = 0;
    let inactive = 0;
    for (const connection of this.#all) {
      if (connection.server !== server || this.#isOver(connection, nowUs)) continue;
      if (isActiveNow(connection)) active++;
      else inactive++;
    }
    return { active, inactive };
  }

  /** Whether a connection that a template led to was there at that time. */
  isControlled(template: string, atUs: number): boolean {
    return this.#all.some((connection) => connection.template === template && !this.#isOver(connection, atUs));
  }

  /**
   * Takes over those of another table, with the servers as they are now; `serverOf` gives undefined for one that is gone. Those without a server end
   * at once where that is asked for. One that is over may have held a template.
   */
  adopt(other: IpvsConnections, serverOf: (connection: IpvsConnection) => RealServer | undefined, endsLost: boolean, nowUs: number): void {
    for (const connection of other.#all) {
      const isOver = other.#isOver(connection, nowUs);
      if (isOver && connection.template === undefined) continue;
      const server = serverOf(connection);
      const taken = { ...connection, server: server ?? connection.server, lost: server === undefined };
      if (server === undefined && endsLost && !isOver) endConnection(taken, nowUs);
      this.#insert(taken);
    }
  }

  /** Tracked connections of those that are over are no more. */
  expire(nowUs: number): void {
    for (const connection of this.#all) {
      if (connection.tracked !== undefined && this.#isOver(connection, nowUs)) endConnection(connection, connection.expiresUs);
    }
  }

  #isOver(connection: IpvsConnection, nowUs: number): boolean {
    if (!this.#life.isOpen(connection.flow)) closeAfterFlow(connection, this.#life.timeouts);
    return connection.expiresUs <= nowUs;
  }

  #insert(connection: IpvsConnection): void {
    if (this.#all.length > this.#last) this.#grow();
    this.#put(connection);
    this.#all.push(connection);
  }

  clear(): void {
    if (this.#all.length === 0) return;
    for (const { client, answer } of this.#all) {
      this.#byClient[client.hash & this.#last] = undefined;
      this.#byAnswer[answer.hash & this.#last] = undefined;
    }
    this.#all.length = 0;
  }

  #put(connection: IpvsConnection): void {
    const [client, answer] = [connection.client.hash & this.#last, connection.answer.hash & this.#last];
    this.#byClient[client] = { connection, next: this.#byClient[client] };
    this.#byAnswer[answer] = { connection, next: this.#byAnswer[answer] };
  }

  #grow(): void {
    const count = (this.#last + 1) * 4;
    this.#byClient = newBuckets(count);
    this.#byAnswer = newBuckets(count);
    this.#last = count - 1;
    for (const connection of this.#all) this.#put(connection);
  }
}

function newBuckets(count: number): (Slot | undefined)[] {
  return new Array<Slot | undefined>(count).fill(undefined);
}

/** Before its time: what hung on it goes with it. */
export function endConnection(connection: IpvsConnection, nowUs: number): void {
  connection.expiresUs = nowUs;
  if (connection.tracked !== undefined) connection.tracked.dead = true;
  connection.tracked = undefined;
}
