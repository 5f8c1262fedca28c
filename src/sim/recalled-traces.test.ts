import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extent, Probe, RecordMode } from '../kernel/contract.js';
import { createNetwork } from '../kernel/network.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Simulation } from './simulation.js';
import { CLIENTS, FIRST_NODE_PORT, serviceCluster, SERVICES } from './testing/service-cluster.js';

const NODES = ['node1', 'node2', 'node3'] as const;
/** One to know a call, one to take apart, one to prove, and those that may be recalled. */
const ROUNDS = 6;

interface Told {
  readonly proto: 'tcp' | 'udp';
  readonly extent: Extent;
  readonly mode: RecordMode;
}

interface Run {
  readonly records: readonly FlowRecord[];
  readonly connections: readonly (readonly string[])[];
  readonly recalled: readonly FlowRecord[];
}

/** Each client calls each Service by its NodePort, which masquerades, and by its ClusterIP, which does not. */
function calls(simulation: Simulation): readonly Pick<Probe, 'netns' | 'dst' | 'dport'>[] {
  return Array.from({ length: CLIENTS * SERVICES }, (_, i) => i).flatMap((i) =>
    [`nodeport/node${1 + (i % 2)}:${FIRST_NODE_PORT + (i % SERVICES)}`, `svc/s${i % SERVICES}:80`].map((to) => {
      const { source, destination } = simulation.resolve({ from: `pod/client${i % CLIENTS}`, to });
      return { netns: source.netns, dst: destination.ip, dport: destination.port };
    }),
  );
}

/** Again and again, from other ports; now and then somebody looks at what was left behind, or calls once more. */
function run(simulation: Simulation, { proto, extent, mode }: Told, watchAfter: number): Run {
  const network = createNetwork(simulation.clusterPlan(), { watchAfter });
  const records: FlowRecord[] = [];
  const connections: (readonly string[])[] = [];
  const recalled: FlowRecord[] = [];
  const asked = calls(simulation);
  for (let n = 0; n < ROUNDS * asked.length; n++) {
    const i = n % asked.length;
    const probe: Probe = { ...(asked[i] as (typeof asked)[number]), proto, sport: 32_768 + n * 61, timeoutMs: 5000, extent };
    const oracle = { choose: (_site: string, weights: readonly number[]) => i % weights.length };
    network.reset();
    const { flowsRecalled } = network.counters;
    const record = network.probe(probe, oracle, mode);
    records.push(record);
    if (network.counters.flowsRecalled > flowsRecalled) recalled.push(record);
    if (n < (ROUNDS - 1) * asked.length) continue;
    if (i % 5 === 0) connections.push(...NODES.map((node) => network.connections(node)));
    if (i % 3 === 0) records.push(network.probe({ ...probe, sport: 32_768 + (n + (n % 2)) * 61 }, oracle, true));
  }
  return { records, connections, recalled };
}

describe('the trace of a flow that was recalled', () => {
  for (const mode of ['iptables', 'nftables', 'ipvs'] as const) {
    for (const proto of ['tcp', 'udp'] as const) {
      const simulation = serviceCluster(mode, proto === 'tcp' ? 'TCP' : 'UDP');
      for (const [extent, record] of [
        ['answer', 'opening'],
        ['conversation', true],
      ] as const) {
        it(`is that of a walk, and it leaves the same behind: ${mode}, ${proto}, ${extent}`, () => {
          const told = { proto, extent, mode: record };
          const { recalled, ...watched } = run(simulation, told, 0);
          const { records, connections } = run(simulation, told, Number.POSITIVE_INFINITY);
          assert.deepEqual(watched, { records, connections });
          const masqueraded = recalled.filter(({ seenSrc, local }) => seenSrc?.ip !== local?.ip);
          assert.ok(masqueraded.length >= 10, `${masqueraded.length} masqueraded flows were recalled`);
          assert.ok(recalled.length - masqueraded.length >= 10, `${recalled.length - masqueraded.length} others`);
        });
      }
    }
  }
});
