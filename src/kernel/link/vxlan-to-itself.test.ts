import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIptables } from '../../plan/iptables-text.js';
import type { NetnsPlan, Plan } from '../../plan/plan.js';
import { runPlan } from '../run-plan.js';
import { twoHosts } from '../testing/two-hosts.js';
import { probe } from '../testing/two-nodes.js';

/** What pod1 sends to the other host's pods, its host puts into a VXLAN whose remote is the host itself. */
function toItself(rules: readonly string[]): Plan {
  const mac = '0a:00:00:00:09:02';
  const vx = { name: 'vx', kind: 'vxlan', args: 'id 9 dstport 4789 local 192.168.1.11 nolearning', addr: ['10.9.0.1/24'], up: true };
  const plan = twoHosts({ parts: { n1: { links: [vx] } }, probes: [probe('pod1', 'tcp 10.8.0.2:80')] });
  const n1 = plan.netns['n1'] as NetnsPlan;
  const chains = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`);
  const own = {
    iptables: readIptables(['*nat', ...chains, ...rules, 'COMMIT', ''].join('\n'), 'test'),
    routes: [...n1.routes, '10.8.0.0/24 via 10.9.0.2 dev vx onlink'],
    neigh: [...n1.neigh, `10.9.0.2 lladdr ${mac} dev vx nud permanent`],
    fdb: [...n1.fdb, `${mac} dev vx dst 192.168.1.11 self permanent`],
  };
  return { ...plan, netns: { ...plan.netns, n1: { ...n1, ...own } } };
}

test('what a VXLAN sends to its own host comes back until its TTL is used up', () => {
  const [flow] = runPlan(toItself([]))[0]?.flows ?? [];
  assert.deepEqual([flow?.verdict, flow?.icmp?.type], ['unreachable', 11]);
});

test('it is not modelled where it would keep a connection that was translated', () => {
  const plan = toItself(['-A POSTROUTING -o vx -j SNAT --to-source 192.168.1.77']);
  assert.throws(() => runPlan(plan), { name: 'UnsupportedError', message: /once its addresses were translated/ });
});
