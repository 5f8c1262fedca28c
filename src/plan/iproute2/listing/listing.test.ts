/**
 * Routes, rules, neighbours and fdb entries: what the tools print is read as the arguments that make it, and what is written here is what they
 * print. As root, in a namespace of its own, with random entries.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError, UnsupportedError } from '../../../base/errors.js';
import { parseFdb } from '../fdb.js';
import { parseNeigh } from '../neigh.js';
import { parseRoute } from '../route.js';
import { parseRule } from '../rule.js';
import { formatFdb, formatNeigh } from './format-neigh.js';
import { formatRoute } from './format-route.js';
import { formatPolicyRule } from './format-rule.js';
import { type ListingKind, readListing } from './read-listing.js';

const WRITE: Readonly<Record<ListingKind, (text: string) => string>> = {
  routes: (text) => formatRoute(parseRoute(text)),
  rules: (text) => formatPolicyRule(parseRule(text)),
  neigh: (text) => formatNeigh(parseNeigh(text)),
  fdb: (text) => formatFdb(parseFdb(text)),
};

describe('a listing is read as the arguments that make it', () => {
  const cases: readonly (readonly [ListingKind, string, readonly string[]])[] = [
    [
      'routes',
      'default via 10.0.0.1 dev eth0 linkdown \n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5 \n10.5.0.0/16 \n\tnexthop via 10.0.0.1 dev eth0 weight 2 \n\tnexthop via 10.0.0.2 dev eth0 weight 1 onlink \nblackhole fd08::/64 dev lo metric 1024 error -22 pref medium\n',
      [
        'default via 10.0.0.1 dev eth0',
        '10.5.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 2 nexthop via 10.0.0.2 dev eth0 weight 1 onlink',
        'blackhole fd08::/64 metric 1024',
      ],
    ],
    [
      'rules',
      '0:\tfrom all lookup local\n90:\tfrom 10.0.0.0/8 fwmark 0x1 lookup 100\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
      ['from 10.0.0.0/8 fwmark 0x1 lookup 100 priority 90'],
    ],
    [
      'neigh',
      '10.0.0.3 dev eth0 lladdr 0a:00:00:00:00:03 STALE \n10.0.0.4 dev eth0  FAILED \n10.0.0.9 dev eth0 proxy \nfd00::1 dev eth0 lladdr 0a:00:00:00:00:01 router REACHABLE\n',
      [
        '10.0.0.3 dev eth0 lladdr 0a:00:00:00:00:03 nud stale',
        'proxy 10.0.0.9 dev eth0',
        'fd00::1 dev eth0 lladdr 0a:00:00:00:00:01 nud reachable',
      ],
    ],
    [
      'fdb',
      '33:33:00:00:00:01 dev eth0 self permanent\n86:32:fe:d9:90:cb dev p0 master cni0 permanent\n0a:00:00:00:00:0a dev p0 master cni0 static\n0a:00:00:00:00:09 dev vx0 dst 10.0.0.7 self permanent\n',
      ['0a:00:00:00:00:0a dev p0 master static', '0a:00:00:00:00:09 dev vx0 dst 10.0.0.7 self permanent'],
    ],
  ];
  for (const [kind, text, entries] of cases) it(kind, () => assert.deepEqual(readListing(kind, text, 'x'), entries));

  it('or refused, with the line and the word', () => {
    assert.throws(
      () => readListing('routes', 'default via 10.0.0.1\n10.0.0.0/8 dve eth0 linkdown\n', 'x'),
      (error) =>
        error instanceof InputError &&
        error.message.startsWith('x:2:12: `dve` cannot stand here\n  | 10.0.0.0/8 dve eth0 linkdown\n  |            ^^^'),
    );
    assert.throws(() => readListing('rules', '5:\tfrom all lookup 5 realms 6', 'x'), UnsupportedError);
  });
});

const SET_UP = `ip link set lo up
ip link add eth0 address 0a:00:00:00:00:01 type veth peer name p0 && ip link set eth0 up && ip link set p0 up
ip addr add 10.0.0.5/24 dev eth0; ip addr add fd00::5/64 dev eth0 nodad
ip link add cni0 type bridge && ip link set cni0 up && ip link set p0 master cni0
ip link add vx0 type vxlan id 1 dstport 8472 local 10.0.0.5 dev eth0 nolearning && ip link set vx0 up`;

const COMMANDS: Readonly<Record<ListingKind, readonly [add: string, show: string]>> = {
  routes: ['route add', 'ip -4 route show table all; ip -6 route show table all'],
  rules: ['rule add', 'ip -4 rule show; ip -6 rule show'],
  neigh: ['neigh add', 'ip neigh show; ip neigh show proxy'],
  fdb: ['fdb append', 'bridge fdb show'],
};

/** What the tool lists after it took all of these; they do not clash. */
function listed(kind: ListingKind, entries: readonly string[]): string {
  const [add, show] = COMMANDS[kind];
  const tool = (entry: string): string => (kind === 'fdb' ? 'bridge' : `ip ${entry.includes(':') && kind !== 'neigh' ? '-6' : '-4'}`);
  const lines = entries.map((entry) => `${kind === 'neigh' ? 'ip' : tool(entry)} ${add} ${entry} || echo "refused: ${entry}" >&2`);
  const script = [SET_UP, ...lines, show].join('\n');
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout;
}

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const optional = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.option(text, { nil: '' });

const ROUTE = fc
  .tuple(
    fc.constantFrom('', '', '', 'blackhole ', 'unreachable ', 'prohibit ', 'throw '),
    fc.constantFrom(
      'via 10.0.0.1 dev eth0',
      'dev eth0',
      'via 10.9.9.9 dev cni0 onlink',
      'dev eth0 src 10.0.0.5',
      'nexthop via 10.0.0.1 dev eth0 weight 3 nexthop via 10.0.0.2 dev eth0 weight 1',
    ),
    optional(small(9).map((metric) => `metric ${metric + 1}`)),
    optional(fc.constantFrom('table 100', 'table 7')),
    optional(fc.constantFrom('proto static', 'proto bird', 'scope global')),
    optional(small(8000).map((mtu) => `mtu ${mtu + 1280}`)),
  )
  .map(
    ([type, way, metric, table, proto, mtu]) =>
      (suffix: string) =>
        [
          `${type}${suffix}`,
          type === '' ? way : '',
          table,
          metric,
          proto.startsWith('scope') && (type !== '' || way.startsWith('nexthop') || way.includes('via')) ? '' : proto,
          mtu,
        ]
          .filter((part) => part !== '')
          .join(' '),
  );

const RULE = fc
  .tuple(
    optional(fc.constant('not')),
    fc.constantFrom('from all', 'from 10.1.0.0/16', 'from 10.1.0.1'),
    optional(fc.constantFrom('to 10.2.0.0/16', 'to 10.2.0.7')),
    optional(fc.constant('tos 0x10')),
    optional(fc.constantFrom('fwmark 0x1', 'fwmark 0x4000/0xff00')),
    optional(fc.constant('iif eth0')),
    optional(fc.constant('oif lo')),
    optional(fc.constantFrom('uidrange 0-5', 'uidrange 7-7')),
    optional(fc.constantFrom('ipproto tcp', 'ipproto udp dport 80-90', 'ipproto tcp sport 5 dport 7')),
    fc.constantFrom('lookup 100', 'lookup main', 'blackhole', 'unreachable', 'prohibit', 'lookup 7 suppress_prefixlength 0', 'goto 32766'),
  )
  .map((parts) => parts.filter((part) => part !== '').join(' '));

const NEIGH = fc.constantFrom('nud permanent', 'nud stale', 'nud reachable');

const skip = whyNot();

describe('the real tools print what is written here, of random', { skip }, () => {
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { numRuns: 60, seed: 11 });
  const same = (kind: ListingKind, entries: readonly string[]): void => {
    const written = entries.map(WRITE[kind]);
    for (const text of written) assert.equal(WRITE[kind](text), text);
    assert.deepEqual([...readListing(kind, listed(kind, written), 'listed')].sort(), [...written].sort());
  };

  it('routes', () =>
    same('routes', [
      ...sample(ROUTE).map((make, i) => make(`10.${i + 20}.0.0/16`)),
      'default via 10.0.0.1 dev eth0',
      'local 10.9.9.9 dev lo',
    ]));
  it('routes of IPv6', () =>
    same('routes', [
      'default via fd00::1 dev eth0',
      'fd09::/64 dev eth0 metric 5',
      'blackhole fd08::/64',
      'fd07::/64 nexthop via fd00::1 dev eth0 weight 2 nexthop via fd00::2 dev eth0',
      'fd06::/64 via fe80::1 dev eth0 table 100 mtu 1400',
      'unreachable default metric 9000',
    ]));
  it('rules', () =>
    same(
      'rules',
      sample(RULE).map((text, i) => `${text} priority ${i + 10}`),
    ));
  it('neighbours', () =>
    same('neigh', [
      ...sample(NEIGH).map((state, i) => `10.0.0.${i + 10} dev eth0 lladdr 0a:00:00:00:00:0a ${state}`),
      'proxy 10.0.0.9 dev eth0',
      'fd00::9 dev eth0 lladdr 0a:00:00:00:00:0b nud permanent',
    ]));
  it('fdb entries', () =>
    same('fdb', [
      '0a:00:00:00:00:0a dev p0 master static',
      '0a:00:00:00:00:09 dev vx0 dst 10.0.0.7 self permanent',
      '00:00:00:00:00:00 dev vx0 dst 10.0.0.8 port 4789 self permanent',
    ]));
});

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  return spawnSync('unshare', ['-n', 'sh', '-c', 'ip link add v1 type veth peer name v2 && ip link add br1 type bridge && bridge fdb show'])
    .status === 0
    ? false
    : 'needs ip and bridge of iproute2';
}
