import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../base/errors.js';
import { readIptables } from '../plan/iptables-text.js';
import type { Plan } from '../plan/plan.js';
import { planSource } from './plan-source.js';
import { runPlan } from './run-plan.js';
import { probe, twoNodes } from './testing/two-nodes.js';

/** Node n1 alone balances 10.96.7.7 over two pods. */
function balancing(): Plan {
  const plan = twoNodes({ probes: [probe('n1', 'tcp 10.96.7.7:80', { count: 400 })] });
  const text = [
    ...['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'],
    '-A OUTPUT -d 10.96.7.7/32 -p tcp -m statistic --mode random --probability 0.25 -j DNAT --to-destination 10.244.1.2',
    ...['-A OUTPUT -d 10.96.7.7/32 -p tcp -j DNAT --to-destination 10.244.1.3', 'COMMIT', ''],
  ].join('\n');
  const n1 = plan.netns['n1'];
  assert.ok(n1);
  return { ...plan, netns: { ...plan.netns, n1: { ...n1, iptables: readIptables(text, 'test') } } };
}

describe('the probes of a plan', () => {
  it('run in order, as often as they say, on one network', () => {
    const results = runPlan(twoNodes({ probes: [probe('pod12', 'tcp 10.244.1.3:80', { count: 3 }), probe('n1', 'icmp 10.244.1.2')] }), {
      record: true,
    });
    assert.deepEqual(
      results.map(({ id, flows }) => [id, flows.map(({ verdict }) => verdict)]),
      [
        ['pod12 tcp 10.244.1.3:80 count 3', ['delivered', 'delivered', 'delivered']],
        ['n1 icmp 10.244.1.2', ['delivered']],
      ],
    );
    const asked = results[0]?.flows.map(({ events }) => events.some(({ kind }) => kind === 'arp'));
    assert.deepEqual(asked, [true, false, false]);
    const ports = results[0]?.flows.map(({ local }) => local?.port);
    assert.equal(new Set(ports).size, 3);
  });

  it('draw their choices by their probabilities, the same for the same seed', () => {
    const servers = (seed: number): string[] => (runPlan(balancing(), { seed })[0]?.flows ?? []).map(({ server }) => server ?? '');
    const first = servers(1);
    const share = first.filter((server) => server === 'pod12:80').length / first.length;
    assert.ok(share > 0.18 && share < 0.32, `${share}`);
    assert.deepEqual(servers(1), first);
    assert.notDeepEqual(servers(2), first);
  });

  it('follow an oracle that is given', () => {
    const flows = runPlan(balancing(), { oracle: { choose: () => 0 } })[0]?.flows ?? [];
    assert.deepEqual([...new Set(flows.map(({ server }) => server))], ['pod12:80']);
  });

  it('need proper addresses', () => {
    assert.throws(() => runPlan(twoNodes({ probes: [probe('n1', 'tcp nowhere:80')] })), InputError);
  });
});

describe('a plan as a source', () => {
  it('gives a namespace the ends of veths that others declare, and their MAC addresses', () => {
    const source = planSource(twoNodes({ probes: [] }));
    const links = source.netns('fabric')?.links ?? [];
    assert.deepEqual(
      links.map(({ name }) => name),
      ['br0', 'p1', 'p2', 'ext'],
    );
    assert.deepEqual(source.peer?.('fabric', 'p1'), { netns: 'n1', name: 'eth0', mac: '0a:00:00:00:07:01' });
    assert.equal(source.netns('nobody'), undefined);
    assert.equal(source.netns('constructor'), undefined);
  });

  it('refuses a peer in a namespace that is not there', () => {
    const plan = twoNodes({ probes: [], links: { laptop: [{ name: 'eth0', kind: 'veth', peer: { netns: 'gone', name: 'x' } }] } });
    assert.throws(() => planSource(plan), /the peer of eth0 is in gone/);
  });
});
