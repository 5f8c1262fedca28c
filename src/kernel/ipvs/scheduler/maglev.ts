/**
 * mh: Maglev hashing (net/netfilter/ipvs/ip_vs_mh.c): each server fills a table of 4,093 places in an order of its own, a few places at a turn by
 * its weight, and a hash of the client picks a place. The keys of the hashes are constants, so that nothing is left to chance.
 */
import type { Ip } from '../../../base/ip.js';
import type { RealServer } from '../../../plan/ipvs/ipvs-service.js';
import { type HashKey, hsiphash } from './hsiphash.js';
import { folded, schedulingPort, type Scheduler, type Scheduling } from './scheduler.js';

/** CONFIG_IP_VS_MH_TAB_INDEX of 12, Linux's own and Debian's. */
const PLACES = 4093;
const SHARE_BITS = 6;
const FIRST: HashKey = { low: 2654435761n, high: 2654435761n };
const SECOND: HashKey = { low: 2654446892n, high: 2654446892n };

type Table = readonly (RealServer | undefined)[];

export const maglev: Scheduler = (scheduling) => {
  const { packet, service, available } = scheduling;
  const table = (scheduling.memory as Table | undefined) ?? fillTable(scheduling);
  scheduling.memory = table;
  const port = schedulingPort(scheduling, 'mh-port');
  const at = hash(packet.src, port, FIRST, 0) % PLACES;
  const server = table[at];
  if (server === undefined || available(server)) return server;
  if (!service.flags.some((flag) => flag === 'mh-fallback' || flag === 'flag-1')) return undefined;
  for (let offset = 0; offset < PLACES; offset++) {
    const other = table[hash(packet.src, port, FIRST, (offset + at) % PLACES) % PLACES];
    if (other === undefined || available(other)) return other;
  }
  return undefined;
};

function hash(ip: Ip, port: number, key: HashKey, offset: number): number {
  return hsiphash((offset + port + folded(ip)) >>> 0, key);
}

interface Filling {
  readonly server: RealServer;
  readonly skip: number;
  readonly turns: number;
  at: number;
}

function fillTable({ servers }: Scheduling): Table {
  const table: (RealServer | undefined)[] = new Array<RealServer | undefined>(PLACES).fill(undefined);
  const filling = fillings(servers);
  if (filling.length === 0) return table;
  for (let filled = 0; ; ) {
    for (const one of filling) {
      for (let turn = 0; turn < one.turns; turn++) {
        while (table[one.at] !== undefined) one.at = (one.at + one.skip) % PLACES;
        table[one.at] = one.server;
        if (++filled === PLACES) return table;
      }
    }
  }
}

/** Servers with a weight, or that had one, each with its order of places. */
function fillings(servers: readonly RealServer[]): readonly Filling[] {
  const weights = servers.map(weightOf).filter((weight) => weight > 0);
  const step = weights.reduce((a, b) => greatestCommonDivisor(a, b), 0);
  const shift = Math.max(0, 32 - Math.clz32(Math.max(0, ...weights) / step) - SHARE_BITS);
  return servers
    .filter((server) => weightOf(server) > 0)
    .map((server) => {
      const at = hash(server.ip, server.port, FIRST, 0) % PLACES;
      const skip = (hash(server.ip, server.port, SECOND, 0) % (PLACES - 1)) + 1;
      return { server, at, skip, turns: (weightOf(server) / step) >> shift || 1 };
    });
}

function weightOf({ weight, lastWeight }: RealServer): number {
  return lastWeight ?? weight;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
