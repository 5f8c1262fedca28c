import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNetwork } from '../kernel/network.js';
import { planSource } from '../kernel/plan-source.js';
import { probe, twoNodes } from '../kernel/testing/two-nodes.js';
import { readIptables } from '../plan/iptables-text.js';
import { parseIp } from '../base/ip.js';
import { type Series, series } from './series.js';

/** Connections of node n1 to an address that it balances. */
function counted(rules: readonly string[], connections: number, seed = 1): Series {
  const plan = twoNodes({ probes: [probe('n1', 'tcp 10.96.7.7:80')] });
  const text = [
    ...['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'],
    ...[...rules.map((rule) => `-A OUTPUT -d 10.96.7.7/32 -p tcp ${rule}`), 'COMMIT', ''],
  ].join('\n');
  const n1 = plan.netns['n1'];
  assert.ok(n1);
  const network = createNetwork(planSource({ ...plan, netns: { ...plan.netns, n1: { ...n1, iptables: readIptables(text, 'test') } } }));
  const dst = parseIp('10.96.7.7');
  assert.ok(dst !== undefined);
  return series(network, { netns: 'n1', proto: 'tcp', dst, dport: 80 }, { connections, seed });
}

const FIRST = '-j DNAT --to-destination 10.244.1.2';
const SECOND = '-j DNAT --to-destination 10.244.1.3';
const shares = ({ expected }: Series): readonly number[] => [...expected.values()].sort((a, b) => a - b);

describe('connections one after the other', () => {
  it('are expected by the exact probabilities of a choice that is made anew for each, whatever the seed', () => {
    const rules = [`-m statistic --mode random --probability 0.25 ${FIRST}`, SECOND];
    for (const seed of [1, 2, 3]) {
      const [few = 0, many = 0] = shares(counted(rules, 400, seed));
      assert.ok(Math.abs(few - 100) < 1e-6 && Math.abs(many - 300) < 1e-6, `${few} and ${many}`);
    }
  });

  it('take turns where a rule counts', () => {
    assert.deepEqual(shares(counted([`-m statistic --mode nth --every 4 --packet 0 ${FIRST}`, SECOND], 400)), [100, 300]);
  });

  it('follow the first where a rule remembers whom it served', () => {
    const remembered = '-m recent --name A --rcheck --seconds 60 --rsource';
    const chosen = ['-m statistic --mode random --probability 0.5 -m recent --name A --set --rsource', SECOND];
    const [few = 0, many = 0] = shares(counted([`${remembered} ${FIRST}`, `${chosen[0]} ${FIRST}`, chosen[1] as string], 100));
    assert.ok(few < 50 && many > 50 && Math.abs(few + many - 100) < 1e-6, `${few} and ${many}`);
  });

  it('say which was the first that nobody answered, with its packets', () => {
    const { lost } = counted([`-m limit --limit 1/hour --limit-burst 7 ${FIRST}`], 100);
    assert.equal(lost?.number, 8);
    assert.notEqual(lost.record.verdict, 'delivered');
    assert.ok(lost.record.events.length > 0);
  });

  it('are not counted beyond a limit', () => {
    assert.throws(() => counted([FIRST], 100_001), { name: 'UnsupportedError' });
  });
});
