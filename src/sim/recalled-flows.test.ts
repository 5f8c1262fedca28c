import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extent, Probe } from '../kernel/contract.js';
import { createNetwork } from '../kernel/network.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Simulation } from './simulation.js';
import { CLIENTS, FIRST_NODE_PORT, serviceCluster, SERVICES } from './testing/service-cluster.js';

interface Run {
  readonly records: readonly FlowRecord[];
  readonly connections: readonly (readonly string[])[];
  readonly recalled: number;
}

/** Every client calls every Service at every node, again and again, from other ports; now and then somebody looks at what it left behind. */
function run(simulation: Simulation, extent: Extent, watchAfter: number): Run {
  const network = createNetwork(simulation.clusterPlan(), { watchAfter });
  const records: FlowRecord[] = [];
  const connections: (readonly string[])[] = [];
  let n = 0;
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < CLIENTS * SERVICES; i++, n++) {
      const { source, destination } = simulation.resolve({
        from: `pod/client${i % CLIENTS}`,
        to: `nodeport/node${1 + (round % 2)}:${FIRST_NODE_PORT}`,
      });
      const dport = FIRST_NODE_PORT + (i % SERVICES);
      const probe: Probe = {
        netns: source.netns,
        proto: 'tcp',
        dst: destination.ip,
        dport,
        sport: 32_768 + n * 61,
        timeoutMs: 5000,
        extent,
      };
      const oracle = { choose: (_site: string, weights: readonly number[]) => (n + round) % weights.length };
      network.reset();
      records.push(network.probe(probe, oracle, false));
      if (n % 7 === 0) connections.push(...['node1', 'node2', 'node3'].map((node) => network.connections(node)));
      if (n % 5 === 0)
        records.push(network.probe({ ...probe, sport: probe.sport === undefined ? undefined : probe.sport + (n % 2) }, oracle, true));
    }
  }
  return { records, connections, recalled: network.counters.flowsRecalled };
}

describe('a flow that was recalled', () => {
  for (const mode of ['iptables', 'nftables', 'ipvs'] as const) {
    const simulation = serviceCluster(mode, 'TCP');
    for (const extent of ['packet', 'answer', 'conversation'] as const) {
      it(`comes to what a walk comes to, and leaves the same behind: ${mode}, ${extent}`, () => {
        const [watched, walked] = [run(simulation, extent, 0), run(simulation, extent, Number.POSITIVE_INFINITY)];
        assert.deepEqual({ ...watched, recalled: 0 }, walked);
        assert.ok(watched.recalled >= 5, `${watched.recalled} flows were recalled`);
      });
    }
  }
});
