/**
 * The real server of a new connection (ip_vs_schedule): by the service's scheduler, or, in a persistent service, the one that the client's
 * network was given before (ip_vs_sched_persist). Kept for each service of a namespace until reset().
 */
import { networkOf } from '../../base/cidr.js';
import type { ChoiceOracle } from '../../base/choice.js';
import type { Ip } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { IpvsService, RealServer } from '../../plan/ipvs/ipvs-service.js';
import { formatServiceKey } from '../../plan/ipvs/service-key.js';
import type { IpvsConnections } from './connection.js';
import { carryMemory } from './scheduler/carry-memory.js';
import { schedulerOf } from './scheduler/schedulers.js';
import type { Scheduling } from './scheduler/scheduler.js';

interface Template {
  readonly server: RealServer;
  /** The server was taken from its service. */
  readonly lost?: boolean | undefined;
  /** For which it is kept after each connection. */
  seconds: number;
  expiresUs: number;
}

interface ServiceState {
  /** What the oracle's choices are called. */
  readonly site: string;
  /** The last added first. */
  readonly servers: readonly RealServer[];
  memory: unknown;
  /** Which reset() it has heard of. */
  resets: number;
  /** Of a persistent service, by the client's network and what it called. */
  readonly templates: Map<string, Template>;
}

export interface ScheduleContext {
  readonly connections: IpvsConnections;
  readonly oracle: ChoiceOracle;
  readonly nowUs: number;
  /** net.ipv4.vs.expire_quiescent_template: a server without weight keeps no clients. */
  readonly expireQuiescent: boolean;
}

const US = 1_000_000;
const LATER_SECONDS = 60;

export class ServiceStates {
  readonly #states = new Map<IpvsService, ServiceState>();
  #resets = 0;

  schedule(service: IpvsService, packet: IpPacket, context: ScheduleContext): RealServer | undefined {
    let state = this.#states.get(service);
    if (state === undefined) {
      state = {
        site: `IPVS ${formatServiceKey(service.key)}`,
        servers: [...service.servers].reverse(),
        memory: undefined,
        resets: this.#resets,
        templates: new Map(),
      };
      this.#states.set(service, state);
    } else if (state.resets !== this.#resets) forget(state, this.#resets);
    if (service.persistent === undefined) return pick(service, state, packet, context);
    return persist(service, state, packet, context);
  }

  clear(): void {
    this.#resets++;
  }

  /** Templates without a server end at once where that is asked for; else they wait for it to come back. */
  adopt(before: ServiceStates, serviceNow: (key: IpvsService['key']) => IpvsService | undefined, endsLost: boolean): void {
    for (const [old, state] of before.#states) {
      const service = serviceNow(old.key);
      if (service === undefined || state.resets !== before.#resets) continue;
      const servers = [...service.servers].reverse();
      const now = (server: RealServer): RealServer | undefined => servers.find(({ ip, port }) => ip === server.ip && port === server.port);
      const templates = new Map<string, Template>();
      for (const [key, template] of state.templates) {
        const same = now(template.server);
        if (same !== undefined || !endsLost) templates.set(key, { ...template, server: same ?? template.server, lost: same === undefined });
      }
      const memory = old.scheduler === service.scheduler ? carryMemory(state.memory, state.servers, servers) : undefined;
      this.#states.set(service, { site: state.site, servers, memory, resets: this.#resets, templates });
    }
  }
}

function forget(state: ServiceState, resets: number): void {
  state.memory = undefined;
  state.resets = resets;
  if (state.templates.size > 0) state.templates.clear();
}

function persist(service: IpvsService, state: ServiceState, packet: IpPacket, context: ScheduleContext): RealServer | undefined {
  const key = templateKey(service, packet);
  const known = state.templates.get(key);
  const stays =
    known !== undefined &&
    known.lost !== true &&
    outlives(known, templateName(service, packet), context) &&
    !(context.expireQuiescent && known.server.weight === 0);
  if (stays) {
    known.expiresUs = context.nowUs + known.seconds * US;
    return known.server;
  }
  const server = pick(service, state, packet, context);
  if (server === undefined) return undefined;
  const seconds = service.persistent ?? 0;
  state.templates.set(key, { server, seconds, expiresUs: context.nowUs + seconds * US });
  return server;
}

/** A template that has connections lives on, a minute at a time, and so it does from then on (ip_vs_conn_expire: expire_later). */
function outlives(template: Template, name: string, { connections, nowUs }: ScheduleContext): boolean {
  while (template.expiresUs <= nowUs && connections.isControlled(name, template.expiresUs)) {
    template.seconds = LATER_SECONDS;
    template.expiresUs += LATER_SECONDS * US;
  }
  return template.expiresUs > nowUs;
}

/** Of a persistent service: what the client's connections to it have in common. */
export function templateName(service: IpvsService, packet: IpPacket): string {
  return `${formatServiceKey(service.key)} ${templateKey(service, packet)}`;
}

/** A service of a mark is one, whatever address and port was called. */
function templateKey({ granularity, key }: IpvsService, packet: IpPacket): string {
  const client: Ip = networkOf(packet.src, granularity);
  return key.kind === 'mark' ? `${client}` : `${client} ${packet.dst}`;
}

function pick(service: IpvsService, state: ServiceState, packet: IpPacket, context: ScheduleContext): RealServer | undefined {
  const { connections, nowUs } = context;
  const available = (server: RealServer): boolean => server.weight > 0 && !isOverloaded(server, connections, nowUs);
  const scheduling: Scheduling = {
    service,
    servers: state.servers,
    packet,
    memory: state.memory,
    available,
    fresh: context.oracle.fresh === true,
    load: (server) => connections.load(server, nowUs),
    choose: (share) => choose(state.site, state.servers.filter(available), context.oracle, share),
  };
  const server = schedulerOf(service)(scheduling);
  state.memory = scheduling.memory;
  return server;
}

/** Left out: the lower threshold, below which an overloaded server comes back; here it does when it is below the upper one. */
function isOverloaded(server: RealServer, connections: IpvsConnections, nowUs: number): boolean {
  if (server.upper === 0) return false;
  const { active, inactive } = connections.load(server, nowUs);
  return active + inactive >= server.upper;
}

/** Branches stand in the order of the plan. */
function choose(
  site: string,
  able: readonly RealServer[],
  oracle: ChoiceOracle,
  share: (server: RealServer) => number,
): RealServer | undefined {
  const servers = [...able].reverse();
  if (servers.length < 2) return servers[0];
  const total = servers.reduce((sum, server) => sum + share(server), 0);
  const shares = servers.map((server) => share(server) / total);
  return servers[oracle.choose(site, shares)];
}
