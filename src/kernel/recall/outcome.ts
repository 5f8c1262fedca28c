/** What became of a flow from a point on (point.ts), but for the port by which its server knows the client: that follows from the client's own. */
import type { NatRange } from '../../plan/rule/rule.js';
import { ConnectionTable } from '../netfilter/conntrack/table.js';
import { makeTuple, type Tuple } from '../netfilter/conntrack/tuple.js';
import type { Namespace } from '../namespace.js';
import type { NetfilterHost } from '../netfilter/contract.js';
import { type UniqueRequest, uniqueTuple } from '../netfilter/nat/unique-tuple.js';
import type { ServerSocket } from '../socket/flow-state.js';

/** A source that was translated where nobody else had tracked a connection: `from` before, `port` after it. */
export interface Move {
  readonly host: NetfilterHost;
  readonly from: Tuple;
  readonly range: NatRange;
  readonly port: number;
}

export interface Outcome {
  readonly elapsedUs: number;
  readonly pathMtu: number;
  readonly server: ServerSocket;
  /** UDP's client has been answered by it. */
  readonly answered: boolean;
  readonly moves: readonly Move[];
  /** Namespaces that its packets came to. */
  readonly visited: readonly Namespace[];
}

const nobody = new ConnectionTable({ ruleCompares: 0, walksRecalled: 0, indexLookups: 0, conntrackLookups: 0, conntrackCreated: 0 });

/** The client's port as the server sees it. */
export function movedPort(moves: readonly Move[], clientPort: number): number {
  let port = clientPort;
  for (let i = 0; i < moves.length; i++) port = movedBy(moves[i] as Move, port);
  return port;
}

/** The client's port, and what each move makes of it in turn, written to `ports`. */
export function movedPorts(moves: readonly Move[], clientPort: number, ports: number[]): number[] {
  ports[0] = clientPort;
  for (let i = 0; i < moves.length; i++) ports[i + 1] = movedBy(moves[i] as Move, ports[i] as number);
  if (ports.length > moves.length + 1) ports.length = moves.length + 1;
  return ports;
}

function movedBy({ host, from, range }: Move, port: number): number {
  const request: UniqueRequest = { table: nobody, host, nowUs: 0, zone: undefined };
  return uniqueTuple(request, makeTuple(from.src, from.dst, from.proto, port, from.b), 'src', range).a;
}

/** Whether moves lead, one from the other, from the client's port to the server's. */
export function leadTo(moves: readonly Move[], clientPort: number, serverPort: number): boolean {
  let port = clientPort;
  for (const { from, port: next } of moves) {
    if (from.a !== port) return false;
    port = next;
  }
  return port === serverPort && movedPort(moves, clientPort) === serverPort;
}
