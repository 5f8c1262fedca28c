import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChoiceOracle } from '../base/choice.js';
import { parseIp } from '../base/ip.js';
import { readIptables } from '../plan/iptables-text.js';
import type { Plan } from '../plan/plan.js';
import type { Probe, SimulatedNetwork } from './contract.js';
import { createNetwork } from './network.js';
import { planSource } from './plan-source.js';
import { rulesText } from './netfilter/testing/router.js';
import { storyPlan } from './socket/testing/story-case.js';

const FIRST: ChoiceOracle = { choose: () => 0 };
const to = (port: number): string => `nat PREROUTING -d 10.9.9.9/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.2.2:${port}`;
const plan = storyPlan({ name: 'first', rules: { r: [to(53)] }, probes: [] });

function withRules(rules: readonly string[]): Plan {
  const r = plan.netns['r'];
  assert.ok(r);
  return { ...plan, netns: { ...plan.netns, r: { ...r, iptables: readIptables(rulesText(rules), 'test') } } };
}

const call = (socket: string): Probe => ({
  ...{ netns: 'c', proto: 'udp', dst: parseIp('10.9.9.9') as number, dport: 53, sport: 4000 },
  story: { socket, keep: true },
});

function serverOf(network: SimulatedNetwork, socket: string): string | undefined {
  return network.probe(call(socket), FIRST, false).server;
}

describe('another plan for a network that runs', () => {
  it('leaves flows their endpoint until their connections are deleted', () => {
    const network = createNetwork(planSource(plan));
    assert.equal(serverOf(network, 'a'), 's udp 53');
    network.replacePlan(planSource(withRules([to(54)])));
    assert.equal(serverOf(network, 'a'), 's udp 53');
    assert.equal(network.deleteConnections('r', { family: 4, proto: 17 }), 1);
    assert.equal(serverOf(network, 'a'), 's udp 54');
  });

  it('builds nothing anew that stays as it was', () => {
    const network = createNetwork(planSource(plan));
    serverOf(network, 'a');
    const built = network.counters.namespacesBuilt;
    network.replacePlan(planSource(plan));
    serverOf(network, 'a');
    assert.equal(network.counters.namespacesBuilt, built);
    network.replacePlan(planSource(withRules([to(54)])));
    serverOf(network, 'a');
    assert.equal(network.counters.namespacesBuilt, built + 1);
  });

  it('asks for no neighbour again', () => {
    const network = createNetwork(planSource(plan));
    serverOf(network, 'a');
    const { arpExchanges } = network.counters;
    network.replacePlan(planSource(withRules([to(54)])));
    serverOf(network, 'a');
    assert.equal(network.counters.arpExchanges, arpExchanges);
  });

  it('forgets the sockets of a namespace that is gone', () => {
    const network = createNetwork(planSource(plan));
    serverOf(network, 'a');
    const { c: _, ...rest } = plan.netns;
    network.replacePlan(planSource({ ...plan, netns: rest }));
    assert.throws(() => serverOf(network, 'a'), /no namespace called c/);
  });

  it('keeps virtual time, and lets it pass', () => {
    const network = createNetwork(planSource(plan));
    serverOf(network, 'a');
    network.pass(31_000_000);
    assert.deepEqual(network.connections('r'), []);
  });

  it('ends a listener for good', () => {
    const network = createNetwork(planSource(plan));
    network.stop('s udp 53');
    assert.equal(network.probe(call('a'), FIRST, false).errno, 'ECONNREFUSED');
    network.replacePlan(planSource(withRules([to(53), to(54)])));
    assert.equal(network.probe(call('b'), FIRST, false).errno, 'ECONNREFUSED');
  });
});
