/**
 * The packets of a look-up, with what they say: every question that its resolver sends, one after another, and the answer to it. They run on a network of their own, which
 * knows nobody's link address yet.
 */
import { parseIp } from '../../base/ip.js';
import { createNetwork } from '../../kernel/network.js';
import type { Recorded } from '../../trace/capture-file.js';
import type { Run } from '../../trace/to-trace.js';
import type { TraceQuery } from '../contract.js';
import { parseEndpoint } from '../endpoint.js';
import { enumerate } from '../enumerate.js';
import type { Simulation } from '../simulation.js';
import { AskedServers, type ServerQuery } from './ask-server.js';
import { namedQuery } from './named-query.js';
import { NODE_RESOLVER } from './pod-conf.js';
import { resolveName } from './resolve-name.js';

/** Identifiers are any to a resolver; here they count on from this. */
const FIRST_ID = 4711;
const PATIENCE_MS = 5000;

export interface RecordedQuestion {
  readonly query: ServerQuery;
  readonly runs: readonly Run[];
}

/** Of traffic to a name its look-up too. */
export function recordNamed(simulation: Simulation, query: TraceQuery): Recorded {
  const endpoint = query.to.startsWith('dns/') ? parseEndpoint(query.to) : undefined;
  if (endpoint?.kind !== 'dns') return simulation.record(query);
  const questions = recordLookUp(simulation, query.from, endpoint.name);
  return { ...simulation.record(namedQuery(simulation, query)), questions };
}

export function recordLookUp(simulation: Simulation, from: string, name: string): readonly RecordedQuestion[] {
  const { queries } = resolveName(simulation, { from, name, types: ['A', 'AAAA'] });
  const asks = new AskedServers(simulation);
  const network = createNetwork(simulation.clusterPlan());
  return queries
    .filter(({ server }) => server !== NODE_RESOLVER && parseIp(server) !== undefined)
    .map(({ name: asked, type, server, transport }, i) => {
      const query = { from, server, question: { name: asked, type }, tcp: transport === 'tcp', udpSize: undefined, depth: 0 };
      const to = `ip/${server.includes(':') ? `[${server}]` : server}:53`;
      const { source, destination } = simulation.resolve({ from, to, protocol: query.tcp ? 'TCP' : 'UDP' });
      const probe = {
        netns: source.netns,
        proto: destination.proto,
        dst: destination.ip,
        dport: destination.port,
        timeoutMs: PATIENCE_MS,
        exchange: asks.exchange(query, FIRST_ID + i),
      };
      const runs = enumerate((oracle) => {
        network.reset();
        return network.probe(probe, oracle, true);
      });
      return { query, runs };
    });
}
