import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runPlan } from '../../run-plan.js';
import { linePlan } from '../../testing/line.js';
import { REDIRECTS_6 } from '../../testing/l3-redirects-6.js';

it('a host whose gateway is the link-local address of the router would heed it: that is not modelled', () => {
  const [line] = REDIRECTS_6;
  assert.ok(line?.hosts !== undefined);
  const c = {
    ...line.hosts['c'],
    allRoutes: ['fd09::/16 via fe80::800:ff:fe00:202 dev eth0'],
    ip6tables: '',
    sysctl: { 'net.ipv6.conf.all.forwarding': '0', 'net.ipv6.conf.default.forwarding': '0', 'net.ipv6.conf.eth0.accept_redirects': '1' },
  };
  const plan = linePlan({ ...line, hosts: { ...line.hosts, c } });
  assert.throws(() => runPlan(plan), /c: heeding the redirect of its gateway fe80::800:ff:fe00:202 is not modelled/);
});
