/**
 * IPVS of one namespace (net/netfilter/ipvs/ip_vs_core.c). Its hooks, by their priorities:
 *   INPUT    after filter and security, before nat   answers (98), then requests (99)
 *   OUTPUT   after nat, before filter                answers (-99), then requests (-98)
 *   FORWARD  after all tables                        answers, and errors about requests (99, 100)
 * A request leaves its hook and is sent anew: OUTPUT, POSTROUTING; one for a server on this very host goes on where it is. What
 * Debian's kernel 6.1 answered, over IPv4 and IPv6, is in fixtures/kernel/ipvs.
 * Left out: one-packet scheduling, tunnels over IPv6 and servers of the other family, unsupported by name; bypass, FTP, sloppy SCTP, and
 * the synchronisation daemon.
 */
import { memoByText } from '../../base/memo.js';
import { unsupported } from '../../base/errors.js';
import { formatSocket, type Ip, type Ipv4, type Ipv6 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { IpvsService, IpvsServices, IpvsTimeouts, RealServer } from '../../plan/ipvs/ipvs-service.js';
import { formatServiceKey } from '../../plan/ipvs/service-key.js';
import { readIpvs } from '../../plan/ipvs/read-ipvs.js';
import type { NetnsPlan } from '../../plan/plan.js';
import type { Hook, RuleHit } from '../../trace/event.js';
import type { Namespace } from '../namespace.js';
import type { IpvsFlow, IpvsHooks, Passage } from '../netfilter/contract.js';
import type { Connection } from '../netfilter/conntrack/connection.js';
import { invertTuple, type Tuple, tupleOf } from '../netfilter/conntrack/tuple.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import { endConnection, type IpvsConnection, IpvsConnections } from './connection.js';
import { followPacket } from './follow.js';
import { fromService } from './rewrite.js';
import { ServiceStates, templateName } from './schedule.js';
import { sendToServer } from './send-to-server.js';
import { serverHit } from './server-hit.js';
import { findService, indexServices, madeServices, type ServiceTable } from './service-table.js';
import { noteHandled } from './track.js';

const readServices = memoByText(readIpvs, 2_000);
const tables = new WeakMap<IpvsServices, ServiceTable>();

function tableOf(ipvs: NonNullable<NetnsPlan['ipvs']>, origin: string): ServiceTable {
  if (typeof ipvs !== 'string') return madeServices(ipvs);
  const services = readServices(ipvs, origin);
  let table = tables.get(services);
  if (table === undefined) tables.set(services, (table = indexServices(services)));
  return table;
}

export class Ipvs implements IpvsHooks {
  readonly #rt: Runtime;
  readonly #ns: Namespace;
  readonly #connections: IpvsConnections;
  readonly #states = new ServiceStates();
  #services: ServiceTable | undefined;
  readonly #tracks: boolean;
  readonly #expireQuiescent: boolean;
  readonly #expireNodest: boolean;
  readonly #reuse: number;
  #inherited = false;

  constructor(rt: Runtime, ns: Namespace) {
    this.#rt = rt;
    this.#ns = ns;
    this.#tracks = sysctlValue(ns.sysctls, 'net.ipv4.vs.conntrack') !== 0;
    this.#expireQuiescent = sysctlValue(ns.sysctls, 'net.ipv4.vs.expire_quiescent_template') !== 0;
    this.#expireNodest = sysctlValue(ns.sysctls, 'net.ipv4.vs.expire_nodest_conn') !== 0;
    this.#reuse = sysctlValue(ns.sysctls, 'net.ipv4.vs.conn_reuse_mode');
    const timeouts = (): IpvsTimeouts => this.#table.timeouts;
    this.#connections = new IpvsConnections({
      isOpen: (flow) => flow === rt.flow || [...rt.kept.values()].some((kept) => kept === flow),
      get timeouts() {
        return timeouts();
      },
    });
  }

  hook(hook: Hook, passage: Passage): ReturnType<IpvsHooks['hook']> {
    if (passage.ipvs !== undefined) return 'accept';
    const { packet } = passage;
    // Without a service of the family there are no hooks (ip_vs_unregister_hooks).
    const { four, six } = this.#table.serves;
    if (!(typeof packet.dst === 'number' ? four : six)) return 'accept';
    const tuple = tupleOfFlow(packet);
    if (tuple === undefined) return 'accept';
    if (this.#answer(hook, passage, tuple) || hook === 'forward') return 'accept';
    return this.#request(hook, passage, tuple);
  }

  flowOf(packet: IpPacket): IpvsFlow | undefined {
    const tuple = tupleOfFlow(packet);
    const connection = tuple === undefined ? undefined : this.#connectionTo(tuple);
    return connection === undefined
      ? undefined
      : { ip: connection.client.dst, port: connection.client.b, method: connection.server.method };
  }

  /** What goes to a server by routing alone keeps the service's address (ip_vs_conn_out_get). */
  #connectionTo(tuple: Tuple): IpvsConnection | undefined {
    const { nowUs } = this.#rt;
    const rewritten = this.#connections.findAnswer(invertTuple(tuple), nowUs);
    if (rewritten !== undefined) return rewritten;
    const routed = this.#connections.find(tuple, nowUs);
    return routed?.server.method === 'masq' ? undefined : routed;
  }

  hitOf(request: IpPacket, sent: IpPacket, mark: number): RuleHit | undefined {
    const tuple = tupleOfFlow(request);
    const service = tuple === undefined ? undefined : findService(this.#table, request, tuple.b, mark);
    return service === undefined ? undefined : serverHit(service, sent);
  }

  expire(): void {
    this.#connections.expire(this.#rt.nowUs);
  }

  reset(): void {
    this.#connections.clear();
    this.#states.clear();
  }

  inherit(before: IpvsHooks | undefined): void {
    // Both families ask for it.
    if (!(before instanceof Ipvs) || this.#inherited) return;
    this.#inherited = true;
    const serverNow = ({ service, server: { ip, port } }: IpvsConnection): RealServer | undefined =>
      this.#table.withKey(service)?.servers.find((one) => one.ip === ip && one.port === port);
    this.#connections.adopt(before.#connections, serverNow, this.#expireNodest, this.#rt.nowUs);
    this.#states.adopt(before.#states, (key) => this.#table.withKey(key), this.#expireNodest);
  }

  get #table(): ServiceTable {
    this.#services ??= tableOf(this.#ns.plan.ipvs ?? '', `${this.#ns.name} ipvs`);
    return this.#services;
  }

  /** ip_vs_out_hook: what a server says, and errors about what was sent to it, come from the service, and are routed as such. */
  #answer(hook: Hook, passage: Passage, tuple: Tuple): boolean {
    const { packet } = passage;
    const { nowUs } = this.#rt;
    const connection = this.#connections.findAnswer(tuple, nowUs);
    if (connection?.server.method !== 'masq') return false;
    passage.packet = fromService(packet, connection.client.dst, connection.client.b);
    if (packet.l4.kind !== 'icmp') followPacket(connection, packet, { direction: 'out', nowUs, timeouts: this.#table.timeouts });
    noteHandled(this.#tracks, passage, connection);
    if (hook === 'forward' && (typeof packet.src === 'bigint' || !this.#ns.fib.plain) && passage.ipvs !== undefined)
      passage.ipvs.next = this.#routeAgain(passage);
    return true;
  }

  /** ip_vs_route_me_harder, which only policy rules can make differ. */
  #routeAgain({ packet: { src, dst }, mark }: Passage): OutputDecision<Ip> | undefined {
    const [rt, ns] = [this.#rt, this.#ns];
    const decision: OutputDecision<Ip> =
      typeof dst === 'number'
        ? routeOutput(rt, ns, { dst, src: src as Ipv4, mark })
        : routeOutput6(rt, ns, { dst, src: src as Ipv6, mark });
    return decision.route === undefined || decision.error !== undefined ? undefined : decision;
  }

  /** ip_vs_in_hook. */
  #request(hook: Hook, passage: Passage, tuple: Tuple): ReturnType<IpvsHooks['hook']> {
    const { packet } = passage;
    const { nowUs } = this.#rt;
    let connection = this.#connections.find(tuple, nowUs);
    if (connection !== undefined && this.#isToEnd(connection, packet)) {
      const tracked = this.#tracks && isConfirmed(passage);
      this.#end(connection, tracked);
      if (tracked) return this.#drop(passage, connection, 'comes anew, and is tracked as it was');
      connection = undefined;
    }
    if (connection?.lost === true) return this.#drop(passage, connection, 'is no more');
    if (connection === undefined) {
      const made = packet.l4.kind === 'icmp' ? 'accept' : this.#open(passage, tuple);
      if (typeof made === 'string') return made;
      connection = made;
    }
    if (packet.l4.kind !== 'icmp') followPacket(connection, packet, { direction: 'in', nowUs, timeouts: this.#table.timeouts });
    return sendToServer({ rt: this.#rt, ns: this.#ns, hook, tracks: this.#tracks }, passage, connection);
  }

  /**
   * Whether what opens a connection meets one that is over, or whose server takes nobody new (ip_vs_in_hook, is_new_conn_expected); one of a
   * persistent service is kept while its server is.
   */
  #isToEnd(connection: IpvsConnection, packet: IpPacket): boolean {
    if (!opens(packet)) return false;
    if (this.#expireNodest && connection.server.weight === 0) return true;
    if (this.#reuse === 0 || connection.template !== undefined) return false;
    const { state, server } = connection;
    return state === 'TIME_WAIT' || state === 'CLOSE' || ((this.#reuse & 2) !== 0 && state === 'FIN_WAIT' && server.method !== 'masq');
  }

  /** Its tracking goes with it, unless that is another's by now. */
  #end(connection: IpvsConnection, tracked: boolean): void {
    if (!tracked) connection.tracked = undefined;
    endConnection(connection, this.#rt.nowUs);
  }

  #drop(passage: Passage, { server }: IpvsConnection, why: string): 'drop' {
    const detail = `the real server ${formatSocket(server.ip, server.port)} of this connection ${why}`;
    passage.ipvs = { next: undefined, failure: { reason: 'IPVS_NO_SERVER', detail, error: undefined } };
    return 'drop';
  }

  /** A new connection begins with a SYN, an INIT, or any datagram; a service without a server for it refuses (ip_vs_leave). */
  #open(passage: Passage, tuple: Tuple): IpvsConnection | 'accept' | 'reject' {
    const { packet, mark } = passage;
    if (packet.proto !== PROTO.udp && !opens(packet)) return 'accept';
    const service = findService(this.#table, packet, tuple.b, mark);
    if (service === undefined) return 'accept';
    if (service.onePacket && packet.proto === PROTO.udp)
      throw unsupported('ipvs-one-packet', `${this.#ns.name}: one-packet scheduling is not modelled`);
    if (service.persistent !== undefined || service.flags.length > 0) this.#rt.watch.noteRare();
    const server = this.#states.schedule(service, packet, {
      connections: this.#connections,
      oracle: this.#rt.oracle,
      nowUs: this.#rt.nowUs,
      expireQuiescent: this.#expireQuiescent,
    });
    if (server === undefined) {
      const detail = `no real server of ${formatServiceKey(service.key)} takes it`;
      passage.ipvs = { next: undefined, failure: { reason: 'IPVS_NO_SERVER', detail, error: undefined } };
      return 'reject';
    }
    const made = this.#connections.add(tuple, {
      ...{ service: service.key, server, serverPort: serverPort(service, server, tuple.b), flow: this.#rt.flow },
    });
    if (service.persistent !== undefined) made.template = templateName(service, packet);
    return made;
  }
}

/** is_new_conn: of datagrams none is. */
function opens({ l4 }: IpPacket): boolean {
  return l4.kind === 'tcp' ? l4.flags.includes('S') : l4.kind === 'sctp' && l4.chunks[0]?.type === 'INIT';
}

/** Tracked as before: such a packet cannot be given to another server (ip_vs_conn_uses_old_conntrack). */
function isConfirmed({ ct }: Passage): boolean {
  return (ct as Connection | undefined)?.confirmed === true;
}

/** The server's own, if it has one; of a persistent service only where its port was called, which one of a mark does not have (ip_vs_sched_persist). */
function serverPort({ key, persistent }: IpvsService, server: RealServer, called: number): number {
  if (server.port === 0 || (persistent !== undefined && (key.kind === 'mark' || key.port !== called))) return called;
  return server.port;
}

/** Of an ICMP error the tuple of an answer to what it quotes; undefined for what IPVS does not look at. */
function tupleOfFlow(packet: IpPacket): Tuple | undefined {
  const { l4, proto } = packet;
  if (l4.kind === 'icmp') return l4.about === undefined || l4.about.l4.kind === 'icmp' ? undefined : invertTuple(tupleOf(l4.about));
  return proto === PROTO.tcp || proto === PROTO.udp || proto === PROTO.sctp ? tupleOf(packet) : undefined;
}
