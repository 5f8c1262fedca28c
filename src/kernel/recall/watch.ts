/**
 * Watches the flow under way: what becomes of it from its points on is remembered, and a later flow that comes to such a point is at its end.
 * Every flow that is watched begins in a network that reset() has left. A flow that was recalled has left nothing behind; last-flow.ts makes
 * up for it when somebody looks. Not remembered is a flow that
 *   - left something which reset() leaves (neighbours, learned addresses), or asked for what earlier packets had left in rules and limits,
 *   - asked for the client's port, or for chance, after a point; of its call it is known by what chance said,
 *   - was not delivered to a listener, or took longer than the frames on its way.
 */
import type { ChoiceOracle } from '../../base/choice.js';
import type { NatRange } from '../../plan/rule/rule.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { RecordMode, Probe } from '../contract.js';
import { innerPacket } from '../link/packet-length.js';
import type { Namespace } from '../namespace.js';
import { FIELD } from '../netfilter/chain/consulted.js';
import type { Tuple } from '../netfilter/conntrack/tuple.js';
import type { NetfilterHost, Passage } from '../netfilter/contract.js';
import type { Runtime } from '../runtime.js';
import type { ClientSocket, ServerSocket } from '../socket/flow-state.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import { areAllApart, HIGH_PORT } from './apart.js';
import { Calls } from './calls.js';
import { NotingOracle } from './noting-oracle.js';
import { leadTo, type Move, movedPort, type Outcome } from './outcome.js';
import { Outcomes } from './outcomes.js';
import { type Point, pointOf } from './point.js';

/** Flows before it is worth watching any: most networks see a few only. */
export const FLOWS_FIRST = 64;
/** Time for frames alone. */
const ELAPSED_MAX_US = 1000;

/** How far the flow was when it came to a point. */
interface Passed {
  readonly point: Point;
  readonly nowUs: number;
  readonly pathMtu: number;
  readonly picks: number;
  readonly portsAsked: number;
  readonly moves: number;
  readonly visited: number;
  /** Namespaces that have tracked it by then. */
  readonly tracked: readonly Namespace[];
}

export class Watch {
  /** Counts what outlasts flows and reset(): neighbours, learned addresses, namespaces built. */
  lasting = 0;
  /** The flow under way may be recalled, or remembered. */
  isOn = false;
  isRecalled = false;
  readonly #outcomes = new Outcomes();
  readonly #firstFlows: number;
  readonly #passed: Passed[] = [];
  readonly #moves: Move[] = [];
  /** The namespaces that packets came to, in order. */
  readonly #visited: Namespace[] = [];
  #flows = 0;
  /** Of the flow under way. */
  #mode: RecordMode = false;
  #lastingBefore = 0;
  #portsAsked = 0;
  #isRare = false;
  /** How the client's port came to be what the server sees, where the outcome is the same for any. */
  #heard: readonly Move[] | undefined;
  readonly #noting = new NotingOracle();
  readonly #calls = new Calls();

  constructor(firstFlows = FLOWS_FIRST) {
    this.#firstFlows = firstFlows;
  }

  /** What chance has said in the flow. */
  get picks(): readonly number[] {
    return this.#noting.answers.slice(0, this.#noting.used).map(({ pick }) => pick);
  }

  /** A flow begins. What it comes to, where its call alone tells. */
  recall(rt: Runtime, probe: Probe, oracle: ChoiceOracle, record: RecordMode): FlowRecord | undefined {
    this.isRecalled = false;
    this.#mode = record;
    const isOff = record === false ? this.#outcomes.isOff : this.#calls.tracesAreOff;
    this.isOn = !isOff && ++this.#flows > this.#firstFlows && isCommon(probe) && rt.kept.size === 0;
    if (!this.isOn) return undefined;
    const noting = this.#noting;
    noting.begin(oracle);
    const told = this.#calls.find({ probe, mode: record }, this.lasting, noting);
    if (told !== undefined) {
      rt.counters.flowsRecalled++;
      this.isOn = false;
      return told;
    }
    noting.back(0);
    this.#isRare = false;
    this.#portsAsked = 0;
    this.#lastingBefore = this.lasting;
    this.#heard = undefined;
    for (const list of [this.#passed, this.#moves, this.#visited]) if (list.length > 0) list.length = 0;
    return undefined;
  }

  /** Whom the flow that is to be walked asks. */
  oracleOf(given: ChoiceOracle): ChoiceOracle {
    return this.isOn ? this.#noting : given;
  }

  /** The flow that was walked has come to this. */
  learn(rt: Runtime, probe: Probe, record: FlowRecord): void {
    const moves = this.#heard;
    const { client } = rt.flow;
    if (moves === undefined || client === undefined) return;
    this.#heard = undefined;
    const port = record.seenSrc?.port;
    if (port === undefined || port < HIGH_PORT || movedPort(moves, client.localPort) !== port) return;
    const asked = { probe, mode: this.#mode };
    const fresh = this.#noting.fresh === true;
    if (!this.#calls.meet(client, asked, fresh)) return;
    const answers = this.#noting.answers.slice(0, this.#noting.used);
    this.#calls.learn(rt, asked, { record, moves }, { lasting: this.lasting, answers, fresh });
  }

  /** The flow is not watched, or no longer. */
  stop(): void {
    this.isOn = false;
    this.isRecalled = false;
    this.#heard = undefined;
  }

  /** Outcomes hold no longer. */
  forget(): void {
    this.#outcomes.clear();
    this.#calls.clear();
    this.lasting++;
  }

  /** It has met what no other flow can be compared by. */
  noteRare(): void {
    this.#isRare = true;
  }

  /**
   * Bits of FIELD that a rule has asked for. Of the first packet the port it comes from is the client's own, of the outside of a tunnel
   * always made of that; later packets have the client's at either end, where the port is high.
   */
  noteAsked(rt: Runtime, asks: number, packet: IpPacket): void {
    if ((asks & FIELD.other) !== 0) this.#isRare = true;
    const { l4 } = packet;
    const isEither = rt.leg > 0 && innerPacket(packet) === undefined;
    if (!isEither || (l4.kind !== 'tcp' && l4.kind !== 'udp')) {
      if (isEither || (asks & FIELD.sport) !== 0) this.#portsAsked++;
    } else if (((asks & FIELD.sport) !== 0 && l4.sport >= HIGH_PORT) || ((asks & FIELD.dport) !== 0 && l4.dport >= HIGH_PORT))
      this.#portsAsked++;
  }

  /** A port was made of the flow's that no table of connections may meet again as another's. */
  noteMixed(): void {
    this.#portsAsked++;
  }

  /** A packet comes to a namespace. */
  visit(ns: Namespace): void {
    if (this.#visited[this.#visited.length - 1] !== ns) this.#visited.push(ns);
  }

  /** The source of the flow's own connection has been translated. */
  noteMove(host: NetfilterHost, from: Tuple, range: NatRange, port: number): void {
    this.#moves.push({ host, from, range, port });
    if (port < HIGH_PORT) this.#portsAsked++;
  }

  /** True where the rest is known: the flow is at its end. What is recorded is walked to its end. */
  pass(rt: Runtime, ns: Namespace, place: object, passage: Passage): boolean {
    if (this.#mode !== false || this.#isRare || this.lasting !== this.#lastingBefore) return false;
    const noting = this.#noting;
    const point = pointOf(rt, ns, passage, { place, isFresh: noting.fresh === true });
    if (point === undefined) return false;
    const { flow } = rt;
    const { used } = noting;
    const known = this.#outcomes.find(point, this.lasting);
    if (known !== undefined && this.#follow(rt, ns, known)) return true;
    this.#passed.push({
      point,
      nowUs: rt.nowUs,
      pathMtu: flow.pathMtu,
      picks: used,
      portsAsked: this.#portsAsked,
      moves: this.#moves.length,
      visited: this.#visited.length,
      tracked: rt.touched.filter((one) => one !== ns),
    });
    flow.pathMtu = Number.POSITIVE_INFINITY;
    return false;
  }

  #follow(rt: Runtime, ns: Namespace, { elapsedUs, pathMtu, server, answered, moves, visited }: Outcome): boolean {
    const { flow, touched } = rt;
    for (let i = 0; i < touched.length; i++) if (touched[i] !== ns && visited.includes(touched[i] as Namespace)) return false;
    const client = flow.client as ClientSocket;
    const remotePort = movedPort(moves, client.localPort);
    if (remotePort < HIGH_PORT || rt.nowUs + elapsedUs > flow.deadlineUs) return false;
    const seen: ServerSocket = { ...server, remotePort };
    this.#rejoin(rt);
    flow.pathMtu = Math.min(flow.pathMtu, pathMtu);
    flow.servers.push(seen);
    if (answered) flow.answeredBy = seen;
    client.state = 'answered';
    rt.nowUs += elapsedUs;
    rt.counters.flowsRecalled++;
    this.isRecalled = true;
    this.isOn = false;
    if (this.#portsAsked === 0) this.#heard = [...this.#moves, ...moves];
    return true;
  }

  /** The MTUs before and after the points are those of one way. */
  #rejoin({ flow }: Runtime): void {
    for (const { pathMtu } of this.#passed) flow.pathMtu = Math.min(flow.pathMtu, pathMtu);
  }

  /** The flow is at its end, however it came there. */
  end(rt: Runtime): void {
    if (!this.isOn) return;
    this.isOn = false;
    const mtus = this.#passed.map(({ pathMtu }) => pathMtu);
    mtus.push(rt.flow.pathMtu);
    this.#rejoin(rt);
    if (!this.#mayRemember(rt)) return;
    const [client, server] = [rt.flow.client as ClientSocket, rt.flow.servers[0] as ServerSocket];
    if (this.#portsAsked === 0 && leadTo(this.#moves, client.localPort, server.remotePort)) this.#heard = this.#moves.slice();
    for (const [i, passed] of this.#passed.entries()) this.#remember(rt, passed, Math.min(...mtus.slice(i + 1)));
  }

  #mayRemember({ flow, nowUs, doubted, touched }: Runtime): boolean {
    const { client, servers, beganUs } = flow;
    if (this.#isRare || this.lasting !== this.#lastingBefore || doubted.length > 0 || nowUs - beganUs > ELAPSED_MAX_US) return false;
    if (client?.state !== 'answered' || client.errno !== undefined || client.icmp !== undefined) return false;
    return (
      servers.length === 1 && servers[0]?.listener !== undefined && touched.every(({ netfilter }) => areAllApart(netfilter.tracked.all))
    );
  }

  #remember(rt: Runtime, passed: Passed, pathMtu: number): void {
    const { point, nowUs, picks, portsAsked, tracked } = passed;
    const visited = [...new Set(this.#visited.slice(passed.visited))];
    if (tracked.some((ns) => visited.includes(ns))) return;
    // What chance decides after a point is too much to know of each; of calls it is known.
    if (portsAsked !== this.#portsAsked || picks !== this.#noting.used) return;
    const { client, servers, answeredBy } = rt.flow;
    const moves = this.#moves.slice(passed.moves);
    const server = servers[0] as ServerSocket;
    if (server.remotePort < HIGH_PORT || !leadTo(moves, (client as ClientSocket).localPort, server.remotePort)) return;
    const elapsedUs = rt.nowUs - nowUs;
    const outcome: Outcome = { elapsedUs, pathMtu, server, answered: answeredBy === server, moves, visited };
    this.#outcomes.add(point, outcome, this.lasting);
  }
}

/** A client that asks for nothing special. */
function isCommon(probe: Probe): boolean {
  const { dst, proto, mark, payload, uid, gid, df, broadcast, tos, ttl, device, exchange, story } = probe;
  if (typeof dst !== 'number' || (proto !== 'tcp' && proto !== 'udp')) return false;
  return (mark ?? payload ?? uid ?? gid ?? df ?? broadcast ?? tos ?? ttl ?? device ?? exchange ?? story) === undefined;
}
