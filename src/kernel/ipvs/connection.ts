/**
 * IPVS' own connections (struct ip_vs_conn): who called what, and which real server answers. Found by the client's tuple and by the
 * server's. Time-outs are the kernel's: TCP 60 s until it is established, then 900 s, 120 s after it was closed, 10 s after a reset; UDP 300 s;
 * SCTP 60 s until it is established and while it is shut down, 900 s in between, 10 s when that is done (ip_vs_proto_sctp.c).
 * A connection is closed when its flow has ended, for what sockets say then is not told.
 */
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { SctpChunkType } from '../../packet/sctp.js';
import type { RealServer } from '../../plan/ipvs/ipvs-service.js';
import { makeTuple, sameTuple, type Tuple } from '../netfilter/conntrack/tuple.js';

export interface IpvsConnection {
  /** From the client to the service. */
  readonly client: Tuple;
  /** From the server to the client. */
  readonly answer: Tuple;
  readonly server: RealServer;
  /** The server was taken from its service. */
  readonly lost?: boolean | undefined;
  /** The server's port for this connection. */
  readonly serverPort: number;
  /** Counts among the server's active connections while its flow is open: TCP's, and SCTP's once they are established. */
  active: boolean;
  /** It was answered. */
  established: boolean;
  /** To which it belongs. */
  readonly flow: unknown;
  /** The template of a persistent service that led to the server (cp->control). */
  template?: string | undefined;
  expiresUs: number;
}

const US = 1_000_000;
const TIMEOUT = { opening: 60 * US, established: 900 * US, finished: 120 * US, closed: 10 * US, udp: 300 * US };

const BUCKETS_FIRST = 64;

/** By hash of one of their tuples; newer ones stand before older ones. */
interface Slot {
  readonly connection: IpvsConnection;
  readonly next: Slot | undefined;
}

export class IpvsConnections {
  readonly #isOpen: (flow: unknown) => boolean;
  #byClient = newBuckets(BUCKETS_FIRST);
  #byAnswer = newBuckets(BUCKETS_FIRST);
  #last = BUCKETS_FIRST - 1;
  readonly #all: IpvsConnection[] = [];

  constructor(isOpen: (flow: unknown) => boolean = () => true) {
    this.#isOpen = isOpen;
  }

  find(tuple: Tuple, nowUs: number): IpvsConnection | undefined {
    for (let slot = this.#byClient[tuple.hash & this.#last]; slot !== undefined; slot = slot.next) {
      const { client, expiresUs } = slot.connection;
      if (expiresUs > nowUs && sameTuple(client, tuple)) return slot.connection;
    }
    return undefined;
  }

  findAnswer(tuple: Tuple, nowUs: number): IpvsConnection | undefined {
    for (let slot = this.#byAnswer[tuple.hash & this.#last]; slot !== undefined; slot = slot.next) {
      const { answer, expiresUs } = slot.connection;
      if (expiresUs > nowUs && sameTuple(answer, tuple)) return slot.connection;
    }
    return undefined;
  }

  add(client: Tuple, server: RealServer, serverPort: number, flow?: unknown): IpvsConnection {
    const answer = makeTuple(server.ip, client.src, client.proto, serverPort, client.a);
    const connection: IpvsConnection = {
      client,
      answer,
      server,
      serverPort,
      active: client.proto === PROTO.tcp,
      established: false,
      flow,
      expiresUs: 0,
    };
    if (this.#all.length > this.#last) this.#grow();
    this.#put(connection);
    this.#all.push(connection);
    return connection;
  }

  /** Connections of a server: active ones, and others. */
  load(server: RealServer, nowUs: number): { readonly active: number; readonly inactive: number } {
    let active = 0;
    let inactive = 0;
    for (const connection of this.#all) {
      if (connection.server !== server || connection.expiresUs <= nowUs) continue;
      if (connection.active && !(connection.established && !this.#isOpen(connection.flow))) active++;
      else inactive++;
    }
    return { active, inactive };
  }

  /** Whether a connection that a template led to was there at that time. */
  isControlled(template: string, atUs: number): boolean {
    return this.#all.some((connection) => connection.template === template && connection.expiresUs > atUs);
  }

  /** Takes over those of another table, with the servers as they are now; undefined for one that is gone. */
  adopt(other: IpvsConnections, serverOf: (connection: IpvsConnection) => RealServer | undefined, nowUs: number): void {
    for (const connection of other.#all) {
      if (connection.expiresUs <= nowUs) continue;
      const server = serverOf(connection);
      const taken = { ...connection, server: server ?? connection.server, lost: server === undefined };
      if (this.#all.length > this.#last) this.#grow();
      this.#put(taken);
      this.#all.push(taken);
    }
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

/** A packet of either direction passed: the state of the connection, and with it the time it has left. */
export function touchConnection(connection: IpvsConnection, { l4 }: IpPacket, nowUs: number): void {
  if (l4.kind === 'sctp') return touchAssociation(connection, l4.chunks[0]?.type, nowUs);
  if (l4.kind !== 'tcp') connection.expiresUs = nowUs + TIMEOUT.udp;
  else if (l4.flags === 'S' || l4.flags === 'S.') connection.expiresUs = nowUs + TIMEOUT.opening;
  else if (l4.flags === 'R' || l4.flags === 'R.') {
    connection.active = false;
    connection.expiresUs = nowUs + TIMEOUT.closed;
  } else if (l4.flags.startsWith('F')) {
    connection.active = false;
    connection.expiresUs = nowUs + TIMEOUT.finished;
  } else {
    connection.established = true;
    connection.expiresUs = nowUs + TIMEOUT.established;
  }
}

/** Of several chunks the first decides; DATA and its acknowledgements change nothing. */
function touchAssociation(connection: IpvsConnection, chunk: SctpChunkType | undefined, nowUs: number): void {
  if (chunk === 'COOKIE ACK') connection.established = true;
  const over = chunk === 'ABORT' || chunk === 'SHUTDOWN COMPLETE';
  if (over || chunk === 'SHUTDOWN' || chunk === 'SHUTDOWN ACK') connection.established = false;
  connection.active = connection.established;
  const time = over ? TIMEOUT.closed : connection.established ? TIMEOUT.established : TIMEOUT.opening;
  connection.expiresUs = nowUs + time;
}
