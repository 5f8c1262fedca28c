import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { maskOf } from '../../base/cidr.js';
import { formatIp, parseIp } from '../../base/ip.js';
import type { LinkPlan, NetnsPlan } from '../../plan/plan.js';
import { buildNamespace } from '../build-namespace.js';
import type { Namespace } from '../namespace.js';
import { createNetfilter } from '../netfilter/netfilter.js';
import { netfilterHost } from '../netfilter-host.js';
import { Watch } from '../recall/watch.js';
import type { Runtime } from '../runtime.js';
import { addRoute, emptyTable, lookupTable, type Route } from './fib.js';
import { lookupRoute } from './lookup.js';
import { routeInput } from './input.js';
import { routeOutput } from './output.js';

const rt = { counters: { routeLookups: 0 }, legs: new Map(), watch: new Watch() } as unknown as Runtime;

const LINKS: readonly LinkPlan[] = [
  { name: 'eth0', kind: 'dummy', addr: ['192.168.1.11/24', '192.168.1.12/24'] },
  { name: 'cni0', kind: 'dummy', addr: ['10.244.1.1/24'] },
  { name: 'tun.1', kind: 'dummy', addr: ['10.244.1.0/32'] },
  { name: 'bare', kind: 'dummy' },
  { name: 'down', kind: 'dummy', addr: ['10.99.0.1/24'], up: false },
];

function host(parts: Partial<NetnsPlan> = {}): Namespace {
  const plan: NetnsPlan = {
    sysctl: {},
    links: LINKS,
    routes: [],
    rules: [],
    neigh: [],
    fdb: [],
    iptables: undefined,
    ip6tables: undefined,
    ...parts,
  };
  return buildNamespace('host', plan, [], { makeNetfilter: (made) => createNetfilter(undefined, netfilterHost({} as Runtime, made)) });
}

const ip = (text: string): number => parseIp(text) as number;

describe('a route for an address', () => {
  const routes = [
    'default via 192.168.1.1',
    '10.244.0.0/16 dev tun.1',
    '10.244.2.0/24 via 192.168.1.2',
    'blackhole 10.250.0.0/16',
    '10.244.3.0/24 via 10.244.1.9 src 10.244.1.1',
  ];
  const cases: readonly [string, string, string][] = [
    ['of the host is local', '192.168.1.11', 'local 192.168.1.11 dev lo from 192.168.1.11'],
    ['of the host that is secondary answers from the primary', '192.168.1.12', 'local 192.168.1.12 dev lo from 192.168.1.11'],
    ['of a connected subnet goes out by its device', '10.244.1.7', '10.244.1.0/24 dev cni0 from 10.244.1.1'],
    ['within a longer prefix takes that', '10.244.2.7', '10.244.2.0/24 dev eth0 from 192.168.1.11'],
    ['within the shorter one alone takes that', '10.244.9.7', '10.244.0.0/16 dev tun.1 from 10.244.1.0'],
    ['takes the source that the route names', '10.244.3.7', '10.244.3.0/24 dev cni0 from 10.244.1.1'],
    ['elsewhere is the default', '8.8.8.8', '0.0.0.0/0 dev eth0 from 192.168.1.11'],
    ['of a blackhole is an invalid argument', '10.250.1.1', 'EINVAL'],
    ['of a device that is down is still local', '10.99.0.1', 'local 10.99.0.1 dev lo from 10.99.0.1'],
    ['behind a device that is down has no route of its own', '10.99.0.2', '0.0.0.0/0 dev eth0 from 192.168.1.11'],
    ['of 127.0.0.0/8 is local', '127.0.0.9', 'local 127.0.0.0/8 dev lo from 127.0.0.1'],
    ['that is a broadcast is known as one', '192.168.1.255', 'broadcast 192.168.1.255 dev eth0 from 192.168.1.11'],
  ];
  const ns = host({ routes });
  for (const [name, dst, expected] of cases) {
    it(name, () => {
      const { route, device, source, error } = routeOutput(rt, ns, { dst: ip(dst), src: 0, mark: 0 });
      const prefix = route === undefined ? '' : `${formatIp(route.prefix)}${route.length === 32 ? '' : `/${route.length}`}`;
      const type = route?.type === 'unicast' ? '' : `${route?.type} `;
      assert.equal(error ?? `${type}${prefix} dev ${device.name} from ${formatIp(source)}`, expected);
    });
  }
});

describe('a gateway', () => {
  it('must lie in a connected network', () => {
    assert.throws(() => host({ routes: ['10.1.0.0/16 via 10.2.0.1'] }), /Nexthop has invalid gateway/);
    assert.throws(() => host({ routes: ['10.1.0.0/16 via 10.2.0.1 dev eth0'] }), /Nexthop has invalid gateway/);
  });
  it('may lie anywhere when the route says onlink', () => {
    assert.equal(
      lookupRoute(rt, host({ routes: ['10.1.0.0/16 via 10.2.0.1 dev eth0 onlink'] }), ip('10.1.2.3'), 0, host().lo, 0)?.via,
      ip('10.2.0.1'),
    );
  });
  it('may not lie behind another gateway', () => {
    assert.throws(() => host({ routes: ['10.1.0.0/16 via 192.168.1.9', '10.3.0.0/16 via 10.1.0.1'] }), /Nexthop has invalid gateway/);
  });
});

describe('a policy rule', () => {
  const ns = host({
    routes: ['default via 192.168.1.1', 'default via 10.244.1.9 table 100', 'throw 10.5.0.0/16 table 100'],
    rules: ['from 10.0.0.0/8 lookup 100', 'fwmark 0x10/0xf0 lookup 100 priority 5', 'iif cni0 to 7.0.0.0/8 unreachable priority 4'],
  });
  const cases: readonly [string, string, string, number, string, string | undefined][] = [
    ['by source finds its table', '8.8.8.8', '10.1.1.1', 0, 'lo', '10.244.1.9'],
    ['leaves other sources to main', '8.8.8.8', '9.1.1.1', 0, 'lo', '192.168.1.1'],
    ['by mark compares under its mask', '8.8.8.8', '9.1.1.1', 0xf1f & ~0xe0, 'lo', '10.244.1.9'],
    ['leaves other marks to main', '8.8.8.8', '9.1.1.1', 0x20, 'lo', '192.168.1.1'],
    ['goes on after a throw route', '10.5.1.1', '10.1.1.1', 0, 'lo', '192.168.1.1'],
    ['by device refuses what comes in there', '7.1.1.1', '9.1.1.1', 0, 'cni0', undefined],
    ['by device lets the rest be', '7.1.1.1', '9.1.1.1', 0, 'eth0', '192.168.1.1'],
  ];
  for (const [name, dst, src, mark, iif, via] of cases) {
    it(name, () => {
      const device = ns.deviceByName.get(iif) ?? ns.lo;
      const route = lookupRoute(rt, ns, ip(dst), ip(src), device, mark);
      assert.equal(route?.via === undefined ? undefined : formatIp(route.via), via);
    });
  }
});

describe('a packet that comes in', () => {
  const forwards = { 'net.ipv4.ip_forward': '1' };
  const cases: readonly [string, Record<string, string>, string, string, string, string][] = [
    ['for this host is local', {}, 'eth0', '192.168.1.9', '192.168.1.11', 'local'],
    ['for others is refused by a host that does not forward', {}, 'eth0', '192.168.1.9', '10.244.1.5', 'IP_FORWARDING_DISABLED'],
    ['for others goes on', forwards, 'eth0', '192.168.1.9', '10.244.1.5', 'forward'],
    ['without a route is answered 3/0', forwards, 'eth0', '192.168.1.9', '8.8.8.8', 'IP_INNOROUTES 0'],
    ['for an unreachable route is answered 3/1', forwards, 'eth0', '192.168.1.9', '7.7.7.7', 'IP_ROUTE_UNREACHABLE 1'],
    ['for a prohibited route is answered 3/13', forwards, 'eth0', '192.168.1.9', '6.6.6.6', 'IP_ROUTE_UNREACHABLE 13'],
    ['for a blackhole is not answered', forwards, 'eth0', '192.168.1.9', '5.5.5.5', 'IP_ROUTE_BLACKHOLE'],
    ['from an address of this host is martian', forwards, 'eth0', '10.244.1.1', '10.244.1.5', 'IP_MARTIAN_SOURCE'],
    [
      'from an address of this host passes with accept_local',
      { ...forwards, 'net.ipv4.conf.eth0.accept_local': '1' },
      'eth0',
      '10.244.1.1',
      '10.244.1.5',
      'forward',
    ],
    ['from a multicast address is martian', forwards, 'eth0', '224.0.0.1', '10.244.1.5', 'IP_MARTIAN_SOURCE'],
    ['for 127.0.0.1 is dropped', forwards, 'eth0', '192.168.1.9', '127.0.0.1', 'IP_LOCALNET'],
    [
      'for 127.0.0.1 passes with route_localnet',
      { ...forwards, 'net.ipv4.conf.all.route_localnet': '1' },
      'eth0',
      '192.168.1.9',
      '127.0.0.1',
      'local',
    ],
    [
      'by the wrong device fails a strict reverse path',
      { ...forwards, 'net.ipv4.conf.all.rp_filter': '1' },
      'eth0',
      '10.244.1.5',
      '10.244.1.6',
      'IP_RPFILTER',
    ],
    [
      'by the wrong device passes a loose one',
      { ...forwards, 'net.ipv4.conf.eth0.rp_filter': '2' },
      'eth0',
      '10.244.1.5',
      '10.244.1.6',
      'forward',
    ],
    [
      'from nowhere fails a loose one',
      { ...forwards, 'net.ipv4.conf.eth0.rp_filter': '2' },
      'eth0',
      '8.8.8.8',
      '10.244.1.6',
      'IP_RPFILTER',
    ],
    [
      'takes the stricter of all and the device, which is the greater',
      { ...forwards, 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.eth0.rp_filter': '2' },
      'eth0',
      '10.244.1.5',
      '10.244.1.6',
      'forward',
    ],
    [
      'by a device without addresses fails a loose one',
      { ...forwards, 'net.ipv4.conf.bare.rp_filter': '2' },
      'bare',
      '10.244.1.5',
      '10.244.1.6',
      'IP_RPFILTER',
    ],
    [
      'finds a dotted device by its slash',
      { ...forwards, 'net.ipv4.conf.tun/1.rp_filter': '1' },
      'tun.1',
      '10.244.1.5',
      '10.244.1.6',
      'IP_RPFILTER',
    ],
  ];
  for (const [name, sysctl, by, src, dst, expected] of cases) {
    it(name, () => {
      const ns = host({ sysctl, routes: ['unreachable 7.0.0.0/8', 'prohibit 6.0.0.0/8', 'blackhole 5.0.0.0/8'] });
      const device = ns.deviceByName.get(by);
      assert.ok(device);
      const { kind, reason, icmpCode } = routeInput(rt, device, ip(src), ip(dst), 0);
      assert.equal(reason === undefined ? kind : `${reason}${icmpCode === undefined ? '' : ` ${icmpCode}`}`, expected);
    });
  }
});

describe('a routing table', () => {
  it('finds the longest prefix, and of those the lowest metric, as a look through all routes does', () => {
    const anyRoute = fc.record({ prefix: fc.integer(), length: fc.integer({ min: 0, max: 32 }), metric: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(anyRoute, { maxLength: 40 }), fc.integer(), fc.nat(39), (drafts, random, pick) => {
        const table = emptyTable();
        const routes = drafts.map((draft, i) => ({ ...draft, prefix: draft.prefix & maskOf(draft.length), text: `${i}` }) as Route);
        for (const route of routes) addRoute(table, route);
        const dst = pick < routes.length ? (routes[pick] as Route).prefix : random;
        const fits = routes.filter(({ prefix, length }) => (dst & maskOf(length)) === prefix);
        const best = fits.toSorted((a, b) => b.length - a.length || a.metric - b.metric)[0];
        assert.equal(lookupTable(table, dst, undefined)?.text, best?.text);
      }),
    );
  });
});
