/**
 * IPVS' own connections (struct ip_vs_conn): who called what, and which real server answers. Found by the client's tuple and by the
 * server's. Time-outs are the kernel's: TCP 60 s until it is established, then 900 s, 120 s after it was closed, 10 s after a reset; UDP 300 s.
 * A connection is closed when its flow has ended, for what sockets say then is not told.
 */
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { RealServer } from '../../plan/ipvs/ipvs-service.js';
import { invertTuple, makeTuple, sameTuple, type Tuple } from '../netfilter/conntrack/tuple.js';

export interface IpvsConnection {
  /** From the client to the service. */
  readonly client: Tuple;
  /** From the server to the client. */
  readonly answer: Tuple;
  readonly server: RealServer;
  /** The server's port for this connection. */
  readonly serverPort: number;
  /** Counts among the server's active connections while its flow is open: TCP's alone do. */
  active: boolean;
  /** It was answered. */
  established: boolean;
  /** To which it belongs. */
  readonly flow: unknown;
  expiresUs: number;
}

const US = 1_000_000;
const TIMEOUT = { opening: 60 * US, established: 900 * US, finished: 120 * US, closed: 10 * US, udp: 300 * US };

export class IpvsConnections {
  readonly #isOpen: (flow: unknown) => boolean;
  #byClient = new Map<number, IpvsConnection[]>();
  #byAnswer = new Map<number, IpvsConnection[]>();
  #byServer = new Map<RealServer, IpvsConnection[]>();

  constructor(isOpen: (flow: unknown) => boolean = () => true) {
    this.#isOpen = isOpen;
  }

  find(tuple: Tuple, nowUs: number): IpvsConnection | undefined {
    return this.#byClient.get(tuple.hash)?.find(({ client, expiresUs }) => expiresUs > nowUs && sameTuple(client, tuple));
  }

  findAnswer(tuple: Tuple, nowUs: number): IpvsConnection | undefined {
    return this.#byAnswer.get(tuple.hash)?.find(({ answer, expiresUs }) => expiresUs > nowUs && sameTuple(answer, tuple));
  }

  add(client: Tuple, server: RealServer, serverPort: number, flow?: unknown): IpvsConnection {
    const answer = invertTuple(makeTuple(client.src, server.ip, client.proto, client.a, serverPort));
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
    push(this.#byClient, client.hash, connection);
    push(this.#byAnswer, answer.hash, connection);
    push(this.#byServer, server, connection);
    return connection;
  }

  /** Connections of a server: active ones, and others. */
  load(server: RealServer, nowUs: number): { readonly active: number; readonly inactive: number } {
    let active = 0;
    let inactive = 0;
    for (const connection of this.#byServer.get(server) ?? []) {
      if (connection.expiresUs <= nowUs) continue;
      if (connection.active && !(connection.established && !this.#isOpen(connection.flow))) active++;
      else inactive++;
    }
    return { active, inactive };
  }

  clear(): void {
    if (this.#byClient.size === 0) return;
    this.#byClient = new Map();
    this.#byAnswer = new Map();
    this.#byServer = new Map();
  }
}

function push<K>(map: Map<K, IpvsConnection[]>, key: K, connection: IpvsConnection): void {
  const same = map.get(key);
  if (same === undefined) map.set(key, [connection]);
  else same.unshift(connection);
}

/** A packet of either direction passed: the state of the connection, and with it the time it has left. */
export function touchConnection(connection: IpvsConnection, { l4 }: IpPacket, nowUs: number): void {
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
