import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCidr } from '../../base/cidr.js';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { formatIp, parseIp } from '../../base/ip.js';
import { formatMac, parseMac } from '../../base/mac.js';
import { parseAddr } from './addr.js';
import { parseBridgeArgs } from './bridge.js';
import { parseBridgePort } from './bridge-port.js';
import { parseFdb } from './fdb.js';
import { parseNeigh } from './neigh.js';
import { parseRoute, type RouteEntry } from './route.js';
import { parseRule } from './rule.js';
import { parseVxlanArgs } from './vxlan.js';

/** A route in one line, everything in it. */
function show(route: RouteEntry): string {
  const legs = route.nexthops.map(
    (n) => `[${n.via === undefined ? '-' : formatIp(n.via)} ${n.dev ?? '-'} ${n.weight}${n.onlink ? ' onlink' : ''}]`,
  );
  const ip = (value: RouteEntry['via']): string => (value === undefined ? '-' : formatIp(value));
  return [
    `${route.type} ${formatCidr(route.dst)} via ${ip(route.via)} dev ${route.dev ?? '-'} src ${ip(route.src)} metric ${route.metric}`,
    `table ${route.table} scope ${route.scope} ${route.proto}${route.onlink ? ' onlink' : ''}`,
    `${route.mtu === undefined ? '' : ` mtu ${route.mtu}`}${route.advmss === undefined ? '' : ` advmss ${route.advmss}`}${legs.join('')}`,
  ].join(' | ');
}

describe('a route', () => {
  const cases: readonly [string, string, string][] = [
    [
      'default is the whole of IPv4',
      'default via 10.0.0.1 dev eth0',
      'unicast 0.0.0.0/0 via 10.0.0.1 dev eth0 src - metric 0 | table 254 scope 0 boot | ',
    ],
    [
      'default takes the family of its gateway',
      'default via fd00::1 dev eth0',
      'unicast ::/0 via fd00::1 dev eth0 src - metric 0 | table 254 scope 0 boot | ',
    ],
    [
      'without a gateway has link scope',
      '10.1.0.0/16 dev cni0',
      'unicast 10.1.0.0/16 via - dev cni0 src - metric 0 | table 254 scope 253 boot | ',
    ],
    [
      'an address alone is a whole one',
      '10.1.0.9 dev cali1 scope link',
      'unicast 10.1.0.9/32 via - dev cali1 src - metric 0 | table 254 scope 253 boot | ',
    ],
    [
      'of flannel is onlink',
      '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink',
      'unicast 10.244.2.0/24 via 10.244.2.0 dev flannel.1 src - metric 0 | table 254 scope 0 boot onlink | ',
    ],
    [
      'as the kernel prints it reads back',
      '10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5 metric 100 mtu lock 1400',
      'unicast 10.0.0.0/24 via - dev eth0 src 10.0.0.5 metric 100 | table 254 scope 253 kernel |  mtu 1400',
    ],
    [
      'of type blackhole needs no way out',
      'blackhole 10.244.0.0/16',
      'blackhole 10.244.0.0/16 via - dev - src - metric 0 | table 254 scope 0 boot | ',
    ],
    [
      'of type local stands in the local table',
      'local 10.9.9.9 dev lo',
      'local 10.9.9.9/32 via - dev lo src - metric 0 | table 255 scope 254 boot | ',
    ],
    ['may name its table', 'throw 10.0.0.0/8 table 100', 'throw 10.0.0.0/8 via - dev - src - metric 0 | table 100 scope 0 boot | '],
    [
      'may have several nexthops',
      '10.5.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 2 nexthop via 10.0.0.2 onlink dev eth0',
      'unicast 10.5.0.0/16 via - dev - src - metric 0 | table 254 scope 0 boot | [10.0.0.1 eth0 2][10.0.0.2 eth0 1 onlink]',
    ],
    [
      'may say its type after `to`',
      'to unreachable 10.0.0.0/8 advmss 1200',
      'unreachable 10.0.0.0/8 via - dev - src - metric 0 | table 254 scope 0 boot |  advmss 1200',
    ],
  ];
  for (const [name, text, expected] of cases) it(`${name}: ${text}`, () => assert.equal(show(parseRoute(text)), expected));
});

describe('other argument strings', () => {
  it('a neighbour is permanent unless said otherwise', () => {
    const neigh = parseNeigh('10.244.2.0 lladdr 0a:58:0a:f4:02:00 dev flannel.1');
    assert.deepEqual(neigh, {
      ip: parseIp('10.244.2.0'),
      dev: 'flannel.1',
      mac: parseMac('0a:58:0a:f4:02:00'),
      state: 'permanent',
      proxy: false,
    });
  });
  it("a neighbour may have another state, in iproute2's two spellings", () => {
    assert.equal(parseNeigh('to 10.0.0.1 dev e lladdr 0a:00:00:00:00:01 nud reachable').state, 'reachable');
    assert.equal(parseNeigh('10.0.0.1 dev e lladdr 0a:00:00:00:00:01 stale').state, 'stale');
  });
  it('a proxy neighbour has no MAC address', () => {
    assert.equal(parseNeigh('proxy 169.254.1.1 dev cali1').proxy, true);
  });
  it('an fdb entry of a VXLAN device is its own and permanent', () => {
    const entry = parseFdb('0a:58:0a:f4:02:00 dev flannel.1 dst 192.168.1.11 self permanent');
    assert.deepEqual(
      { ...entry, mac: formatMac(entry.mac) },
      {
        mac: '0a:58:0a:f4:02:00',
        dev: 'flannel.1',
        dst: parseIp('192.168.1.11'),
        port: undefined,
        self: true,
        master: false,
        state: 'permanent',
      },
    );
  });
  it('an fdb entry of a bridge port is of its master', () => {
    const entry = parseFdb('0a:00:00:00:00:01 dev veth0 master static');
    assert.deepEqual([entry.self, entry.master, entry.state], [false, true, 'static']);
  });
  it('an address keeps its host bits', () => {
    const addr = parseAddr('10.244.1.1/24 brd + scope global');
    assert.deepEqual([formatIp(addr.ip), addr.length, addr.scope], ['10.244.1.1', 24, 0]);
  });
  it('an address of the loopback network has host scope', () => assert.equal(parseAddr('127.0.0.1/8').scope, 254));
  it('a rule by mark has an int32 mark and mask', () => {
    const rule = parseRule('from all fwmark 0x80000000/0xff000000 lookup 100 priority 90');
    assert.deepEqual([rule.fwmark, rule.fwmask, rule.table, rule.priority, rule.from], [-2147483648, -16777216, 100, 90, undefined]);
  });
  it('a rule may be without a table', () => {
    const rule = parseRule('from 10.0.0.0/8 to 10.1.0.0/16 iif eth0 oif lo blackhole');
    assert.deepEqual(
      [rule.action, rule.iif, rule.oif, formatCidr(rule.to ?? { ip: 0, length: 0 })],
      ['blackhole', 'eth0', 'lo', '10.1.0.0/16'],
    );
  });
  it("flannel's VXLAN device", () => {
    assert.deepEqual(parseVxlanArgs('id 1 local 192.168.1.10 dev eth0 srcport 0 0 dstport 8472 nolearning'), {
      vni: 1,
      dstport: 8472,
      local: parseIp('192.168.1.10'),
      remote: undefined,
      dev: 'eth0',
      learning: false,
      ttl: 0,
      srcPortMin: 0,
      srcPortMax: 0,
      ageing: 300,
    });
  });
  it("a VXLAN device without a port takes the kernel's", () => assert.equal(parseVxlanArgs('id 7').dstport, 8472));
  it("a bridge and its ports have the kernel's defaults", () => {
    assert.deepEqual(parseBridgeArgs(''), { ageingTimeCs: 30000, nfCallIptables: false, nfCallIp6tables: false });
    assert.equal(parseBridgeArgs('ageing_time 0 stp_state 0').ageingTimeCs, 0);
    assert.deepEqual(parseBridgePort('hairpin on learning off'), {
      hairpin: true,
      learning: false,
      flood: true,
      broadcastFlood: true,
      multicastFlood: true,
      isolated: false,
    });
  });
});

describe('what is wrong is said with a caret', () => {
  const cases: readonly [string, () => unknown, string][] = [
    [
      'a misspelt word',
      () => parseRoute('10.0.0.0/24 dve eth0'),
      'ip route:1:13: `dve` cannot stand here\n  | 10.0.0.0/24 dve eth0\n  |             ^^^\n  fix: did you mean `dev`?',
    ],
    [
      'host bits in a prefix',
      () => parseRoute('10.0.0.7/24 dev eth0'),
      'ip route:1:1: the destination `10.0.0.7/24` has bits set beyond its length\n  | 10.0.0.7/24 dev eth0\n  | ^^^^^^^^^^^\n  fix: write 10.0.0.0/24',
    ],
    [
      'a value that is missing',
      () => parseRoute('10.0.0.0/24 via'),
      'ip route:1:16: the gateway is missing\n  | 10.0.0.0/24 via\n  |                ^\n  fix: add the gateway at the end',
    ],
    [
      'a bad address, with the spot in the plan',
      () => parseNeigh('10.0.0 dev e', 'plan.netns.n1.neigh[0]'),
      'plan.netns.n1.neigh[0]:1:1: the neighbour address must be an IP address, but is `10.0.0`\n  | 10.0.0 dev e\n  | ^^^^^^',
    ],
    [
      'a switch that is neither',
      () => parseBridgePort('hairpin yes'),
      'ip link type bridge_slave:1:9: `hairpin` must be `on` or `off`, but is `yes`\n  | hairpin yes\n  |         ^^^',
    ],
  ];
  for (const [name, run, message] of cases) {
    it(name, () => assert.throws(run, (error) => error instanceof InputError && assert.equal(error.message, message) === undefined));
  }
  const refused: readonly [string, () => unknown][] = [
    ['two destinations', () => parseRoute('10.0.0.0/24 to 10.1.0.0/24 dev eth0')],
    ['a route without a way out', () => parseRoute('10.0.0.0/24')],
    ['a route to nowhere', () => parseRoute('dev eth0')],
    ['a blackhole with a device', () => parseRoute('blackhole 10.0.0.0/8 dev eth0')],
    ['a metric out of range', () => parseRoute('10.0.0.0/24 dev eth0 metric -1')],
    ['a table name of one machine', () => parseRoute('10.0.0.0/24 dev eth0 table vpn')],
    ['a device name that is too long', () => parseRoute('10.0.0.0/24 dev abcdefghijklmnopq')],
    ['a prefix that is too long', () => parseAddr('10.0.0.1/33')],
    ['a MAC address with a hole', () => parseFdb('0a:58:0a:f4:02 dev x')],
    ['a VXLAN device without an id', () => parseVxlanArgs('dstport 8472')],
    ['a VNI out of range', () => parseVxlanArgs('id 16777216')],
  ];
  for (const [name, run] of refused) it(`${name} is refused`, () => assert.throws(run, InputError));
});

describe('what is known and not modelled is said by name', () => {
  const cases: readonly [() => unknown, RegExp][] = [
    [() => parseRoute('10.0.0.0/24 encap mpls 5 via 10.0.0.1'), /`encap` is not modelled/],
    [() => parseRule('from all lookup 100 realms 5'), /`realms` is not modelled/],
    [() => parseNeigh('10.0.0.1 dev e lladdr 0a:00:00:00:00:01 nud probe'), /the neighbour state `probe` is not modelled/],
    [() => parseFdb('0a:00:00:00:00:01 dev br0 vlan 5'), /`vlan` is not modelled/],
    [() => parseAddr('10.0.0.1 peer 10.0.0.2'), /`peer` is not modelled/],
    [() => parseVxlanArgs('id 1 remote 239.1.1.1'), /a multicast group is not modelled/],
    [() => parseVxlanArgs('id 1 external'), /`external` is not modelled/],
    [() => parseBridgeArgs('stp_state 1'), /`stp_state 1` is not modelled/],
    [() => parseBridgePort('guard off proxy_arp on'), /`proxy_arp on` is not modelled/],
    [() => parseAddr('10.0.0.1/24 brd 10.0.0.7'), /a broadcast address that is not the prefix's is not modelled/],
  ];
  for (const [run, message] of cases)
    it(String(message), () => assert.throws(run, (error) => error instanceof UnsupportedError && message.test(error.message)));
});
