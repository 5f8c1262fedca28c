import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from './event.js';
import type { FlowRecord } from './flow-record.js';
import { sameWay, wayNumber } from './same-way.js';
import { hit, record, Script, tcp, vxlan } from './testing/build-record.test.js';

const CLIENT = '10.244.1.2:40000';
const SERVICE = '10.96.0.10:80';
const RULE = hit('nat', 'KUBE-SERVICES', 3, '-j KUBE-SVC');

function flow(): FlowRecord {
  const script = new Script().at('node1').sees(tcp(CLIENT, SERVICE)).rx('veth1', 'cni0');
  script.add({ kind: 'bridge', device: 'cni0', fromPort: undefined, to: ['veth2', 'veth3'] });
  script.hook('forward', { inDevice: 'cni0', outDevice: 'eth0', rules: [RULE], becomes: tcp(CLIENT, SERVICE) });
  script.route('forward', 'flannel.1', '10.244.2.0/24 dev flannel.1');
  script.add({
    kind: 'encapsulate',
    device: 'flannel.1',
    encapsulation: 'VXLAN',
    vni: 1,
    outer: vxlan(CLIENT, SERVICE, tcp(CLIENT, SERVICE)),
  });
  script.drop({ reason: 'NETFILTER_REJECT', device: 'cni0' }).answer(3, 3, '10.244.1.1').deliver('eth0');
  return record(script, CLIENT, SERVICE, { verdict: 'refused' });
}

const altered = (kind: TraceEvent['kind'], change: object): FlowRecord => {
  const { events, ...rest } = flow();
  const at = events.findIndex((event) => event.kind === kind);
  return { ...rest, events: events.map((event, i) => (i === at ? { ...event, ...change } : event)) };
};

const SAME: readonly (readonly [says: string, kind: TraceEvent['kind'], change: object])[] = [
  ['a time', 'rx', { t: 7 }],
  ['a port that was picked freely', 'hook', { becomes: tcp('10.244.1.2:50000', SERVICE) }],
  ['what the packet was before', 'hook', { packet: tcp('10.244.9.9:1', SERVICE) }],
];
for (const [says, kind, change] of SAME) {
  test(`a way is the same whatever it has for ${says}`, () => {
    const other = altered(kind, change);
    assert.ok(sameWay(flow(), other));
    assert.equal(wayNumber(flow()), wayNumber(other));
  });
}

const OTHER: readonly (readonly [says: string, kind: TraceEvent['kind'], change: object])[] = [
  ['namespace', 'rx', { netns: 'node2' }],
  ['packet of the flow', 'rx', { leg: 2 }],
  ['kind of event', 'rx', { kind: 'tx' }],
  ['device', 'rx', { device: 'veth9' }],
  ['port of a bridge', 'bridge', { to: ['veth2', 'veth4'] }],
  ['port of a bridge more', 'bridge', { to: ['veth2', 'veth3', 'veth4'] }],
  ['bridge', 'bridge', { device: 'cbr0' }],
  ['hook', 'hook', { hook: 'input' }],
  ['destination after a hook', 'hook', { becomes: tcp(CLIENT, '10.244.2.3:80') }],
  ['source after a hook', 'hook', { becomes: tcp('192.168.1.10:40000', SERVICE) }],
  ['verdict of a hook', 'hook', { verdict: 'drop' }],
  ['rule', 'hook', { rules: [{ ...RULE, index: 4 }] }],
  ['chain of a rule', 'hook', { rules: [{ ...RULE, chain: 'OUTPUT' }] }],
  ['rule more', 'hook', { rules: [RULE, RULE] }],
  ['route', 'route', { device: 'eth0' }],
  ['tunnel', 'encapsulate', { device: 'flannel.2' }],
  ['reason of a drop', 'drop', { reason: 'NETFILTER_DROP' }],
  ['place of a drop', 'drop', { device: 'eth1' }],
  ['type of an answer', 'answer', { type: 11 }],
  ['code of an answer', 'answer', { code: 1 }],
  ['device of the end', 'deliver', { device: 'lo' }],
];
for (const [says, kind, change] of OTHER) {
  test(`another ${says} makes another way`, () => assert.equal(sameWay(flow(), altered(kind, change)), false));
}

test('a way that goes on is another one', () => {
  const { events, ...rest } = flow();
  assert.equal(sameWay(flow(), { ...rest, events: events.slice(0, -1) }), false);
});
