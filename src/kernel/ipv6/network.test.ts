/** What no probe of the real kernel shows: large packets, what is refused by name, what a trace tells of neighbour discovery. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { formatIp, parseIp } from '../../base/ip.js';
import { formatPacket } from '../../packet/format-packet.js';
import type { LinkPlan } from '../../plan/plan.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Probe } from '../contract.js';
import { createNetwork } from '../network.js';
import { planSource } from '../plan-source.js';
import { netns, probe6, type TwoNodes6, twoNodes6 } from './testing/two-nodes.js';

const FIRST = { choose: (): number => 0 };

function run(variant: Partial<TwoNodes6>, from: string, what: string, more: Partial<Probe> = {}): FlowRecord {
  const { netns: where, proto, dst, dport } = probe6(from, what);
  const network = createNetwork(planSource(twoNodes6({ probes: [], ...variant })));
  return network.probe({ netns: where, proto, dst: parseIp(dst) ?? assert.fail(dst), dport, ...more }, FIRST, true);
}

/** The nodes' switch, by which packets of 1300 bytes go. */
const NARROW: readonly LinkPlan[] = [
  { name: 'br0', kind: 'bridge', mac: '0a:00:00:00:06:00', mtu: 1300, addr: ['fd00:1::1/64'] },
  { name: 'p1', kind: 'veth', mac: '0a:00:00:00:07:01', master: 'br0' },
  { name: 'p2', kind: 'veth', mac: '0a:00:00:00:07:02', master: 'br0' },
  { name: 'ext', kind: 'veth', mac: '0a:00:00:00:07:03', addr: ['2001:db8:f::1/64'] },
];

describe('a large packet of IPv6', () => {
  it('that does not fit the next link is told the MTU by the router before it', () => {
    const flow = run({ links: { fabric: NARROW } }, 'laptop', 'icmp fd00:1::12', { payload: 1400 });
    const { icmp } = flow;
    assert.deepEqual(
      [flow.verdict, flow.errno, icmp?.type, icmp?.code, formatIp(icmp?.from ?? 0)],
      ['error', 'EMSGSIZE', 2, 0, '2001:db8:f::1'],
    );
    const texts = flow.events.filter(({ kind }) => kind === 'rx').map(({ packet }) => formatPacket(packet));
    assert.ok(texts.includes('IP6 2001:db8:f::1 > 2001:db8:f::9: ICMP6, packet too big, mtu 1300, length 1240'), texts.join('\n'));
  });
  it('goes where it fits', () => assert.equal(run({}, 'laptop', 'icmp fd00:1::12', { payload: 1400 }).verdict, 'delivered'));
  it('that its sender must break up arrives whole', () => {
    assert.equal(run({}, 'laptop', 'udp [fd00:1::12]:9', { payload: 1500 }).verdict, 'refused');
  });
  it('of TCP is no larger than the MSS, which leaves room for 60 bytes of headers', () => {
    const flow = run({}, 'pod12', 'tcp [fd00:10:2::2]:80');
    const syn = flow.events.find(({ kind, leg }) => kind === 'tx' && leg === 0)?.packet.l4;
    assert.equal(syn?.kind === 'tcp' ? syn.mss : undefined, 1390);
  });
});

describe('what is not modelled of IPv6', () => {
  const plan: Partial<TwoNodes6> = {};
  it('is refused by name: groups, echoes to IPv4-mapped addresses, probes of two families, stable addresses', () => {
    assert.throws(() => run(plan, 'n1', 'udp [ff02::1]:9'), UnsupportedError);
    assert.throws(() => run(plan, 'n1', 'icmp ::ffff:10.0.0.1'), UnsupportedError);
    assert.throws(() => run(plan, 'n1', 'tcp [fd00:1::12]:9', { src: 1 }), UnsupportedError);
    const random = { n1: { 'net.ipv6.conf.default.addr_gen_mode': '3' } };
    assert.throws(() => run({ sysctl: random }, 'n1', 'tcp [fd00:1::12]:22'), UnsupportedError);
  });
});

describe('a plan of IPv6 that cannot work', () => {
  const routes: readonly [string, string, RegExp][] = [
    ['a gateway that is nowhere', 'fd09::/64 via fd99::1', /No route to host/],
    ['a link-local gateway without a device', 'fd09::/64 via fe80::1', /needs `dev`/],
    ['a gateway of ours', 'fd09::/64 via fd00:1::11', /No route to host/],
    ['a route twice', 'default via fd00:1::12', /File exists/],
    ['an unknown device', 'fd09::/64 dev eth9', /Cannot find device "eth9"/],
  ];
  for (const [name, route, message] of routes) {
    it(`is refused: ${name}`, () => {
      assert.throws(
        () => run({ routes: { n1: [route] } }, 'n1', 'tcp [fd00:1::12]:22'),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe('neighbour discovery', () => {
  it('belongs to no leg of the flow, and takes no time', () => {
    const flow = run({}, 'pod12', 'tcp [fd00:10:1::3]:80');
    const asked = flow.events.filter(({ leg }) => leg < 0);
    assert.ok(asked.length > 5);
    assert.ok(asked.every(({ packet }) => packet.ttl === 255));
    assert.equal(asked.find(({ leg }) => leg === -2)?.t, 0);
  });
  it('is answered by who has the address on the very device that was asked', () => {
    const other = { n2: ['2001:db8:9::1/64'] };
    const onLink = { n1: ['2001:db8:9::/64 dev eth0'] };
    assert.equal(run({ addr: other, routes: onLink }, 'n1', 'tcp [2001:db8:9::1]:22').verdict, 'delivered');
    assert.equal(run({ routes: { n1: ['fd00:10:2::1 dev eth0'] } }, 'n1', 'tcp [fd00:10:2::1]:22').errno, 'EHOSTUNREACH');
  });
  it('is not seen by a device without IPv6, nor by one of a small MTU', () => {
    const off = { pod13: { 'net.ipv6.conf.eth0.disable_ipv6': '1' } };
    assert.equal(run({ sysctl: off, withoutDefault: ['pod13'] }, 'pod12', 'tcp [fd00:10:1::3]:80').errno, 'EHOSTUNREACH');
    const small: LinkPlan[] = [{ name: 'eth0', kind: 'veth', mac: '0a:00:00:00:01:02', mtu: 1279, addr: ['fd00:1::12/64'] }];
    const plan = twoNodes6({ probes: [] });
    const peered = small.map((link) => ({ ...link, peer: { netns: 'fabric', name: 'p2' } }));
    const tiny = { ...plan, netns: { ...plan.netns, n2: netns({ links: peered }), pod22: netns({}), pod23: netns({}) } };
    const flow = createNetwork(planSource(tiny)).probe(
      { netns: 'n1', proto: 'icmp', dst: parseIp('fd00:1::12') ?? 0, dport: undefined },
      FIRST,
      false,
    );
    assert.equal(flow.errno, 'EHOSTUNREACH');
  });
});
