/** Corners of the way: what fits, what is told of a better one, what of several it is, what the type of service decides. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { address, type CornerNetwork } from './corner-network.js';
import { AT_THE_ROUTER, type Corner } from './corner.js';

const sizes = (chance: Chance, { proto }: ProbeDraft): Partial<ProbeDraft> => ({
  size: chance.pick([1, 1200, 1300, 1450, 1472, 3000]),
  ...(proto !== 'tcp' && chance.maybe(60) ? { df: chance.maybe(60) } : {}),
});

/** A wire that is smaller than the others, and hosts that believe what they are told, or not. */
function smallWire(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const wire = chance.pick(['s0', 's0', 'c0']);
  const mtu = chance.pick([1300, 1400]);
  for (const space of Object.values(net.netns))
    for (const link of space.links) if (link.name === wire || link.peer?.name === wire) link.mtu = mtu;
  if (six) return;
  net.sysctl('c', 'net.ipv4.ip_no_pmtu_disc', chance.pick(['0', '0', '1', '2']));
  if (chance.maybe(30)) net.sysctl('r', 'net.ipv4.ip_forward_use_pmtu', '1');
  if (chance.maybe(30)) net.space('c').routes.push(`10.0.2.3/32 via 10.0.1.1 mtu ${chance.pick(['lock 1200', '1250', 'lock 1400'])}`);
  if (chance.maybe(30)) net.space('r').routes.push(`10.0.2.2/32 dev s0 mtu ${chance.pick(['lock 1200', '1250'])}`);
}

/** r hears what c sends to the bridge's hosts, and they to each other's networks: by q, who knows better. */
function redirects(net: CornerNetwork): void {
  const { chance } = net;
  const all = ['net.ipv4.conf.all.', 'net.ipv4.conf.default.'];
  const set = (netns: string, what: string, value: string, devices: readonly string[]): void => {
    for (const key of [...all, ...devices.map((device) => `net.ipv4.conf.${device}.`)]) net.sysctl(netns, `${key}${what}`, value);
  };
  set('r', 'send_redirects', chance.maybe(85) ? '1' : '0', ['br0']);
  set('p', 'accept_redirects', chance.maybe(80) ? '1' : '0', ['eth0']);
  set('p', 'secure_redirects', chance.pick(['0', '1']), ['eth0']);
  for (const netns of ['r', 'p']) if (chance.maybe(40)) set(netns, 'shared_media', '0', [netns === 'r' ? 'br0' : 'eth0']);
  // Long enough that nothing is given back within a run.
  if (chance.maybe(50)) net.sysctl('r', 'net.ipv4.icmp_ratelimit', '10000');
  net.space('r').routes.push('10.0.88.0/24 via 10.0.5.3', '10.0.89.0/24 dev br0');
  net.space('q').links.push({ name: 'lo', kind: 'loopback', addr: ['10.0.88.1/32', '10.0.88.2/32'] });
  net.rule('r', false, 'filter', `FORWARD -s 10.0.5.2/32 -p udp -m limit --limit 1/day --limit-burst ${chance.between(1, 4)} -j ACCEPT`);
  net.rule('r', false, 'filter', `FORWARD -s 10.0.5.2/32 -p udp -j ${chance.pick(['DROP', 'DROP', 'REJECT'])}`);
  if (chance.maybe(50)) net.sysctl('r', 'net.bridge.bridge-nf-call-iptables', '0');
}

/** Without TCP: over veths a redirect comes while the socket is still connecting, and a socket in use does not heed it (tcp_v4_err). */
const datagrams = (chance: Chance): Partial<ProbeDraft> => ({ proto: 'udp', dport: chance.pick([53, 53, 99]), timeout_ms: APART_MS });
/** So many of them are far from 40 ms, and twice, four times, eight times as many, which is how far apart redirects are. */
const APART_MS = 95;

/** By each of the fields that a hash may be made of. */
function manyWays(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const family = six ? 'ipv6' : 'ipv4';
  net.sysctl('r', 'net.ipv4.fib_multipath_hash_seed', String(chance.between(1, 100_000)));
  net.sysctl('r', `net.${family}.fib_multipath_hash_policy`, String(chance.below(4)));
  net.sysctl('r', `net.${family}.fib_multipath_hash_fields`, String(chance.pick([7, 55, 1, 2, 48, 16, 32])));
  for (const name of ['c', 'r', 'q', 'p', 's']) net.sysctl(name, 'net.ipv6.auto_flowlabels', '0');
  const hop = (host: string, weight: number): string => `nexthop via ${address(host, six)} weight ${weight}`;
  const hops = [hop('2.2', chance.between(1, 3)), hop('5.2', chance.between(1, 3)), hop('5.3', 1)];
  net.space('r').routes.push(`${six ? 'fd00:90::/64' : '10.0.90.0/24'} ${hops.slice(chance.maybe(25) ? 1 : 0).join(' ')}`);
  for (const [name, gateway] of [
    ['s', '2.1'],
    ['p', '5.1'],
    ['q', '5.1'],
  ] as const)
    net
      .space(name)
      .routes.push(
        `local ${six ? 'fd00:90::/64' : '10.0.90.0/24'} dev lo`,
        `${address('1.0', six)}/${six ? 64 : 24} via ${address(gateway, six)}`,
      );
}

/** A packet that OUTPUT changes asks for its way again. */
function wayAgain(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const selector = six ? 'from ::/0 ' : '';
  const proto = chance.pick(['tcp', 'udp']);
  const change = chance.pick(['TOS --set-tos 0x10/0xff', 'MARK --set-mark 0x2', 'DSCP --set-dscp 0x04']);
  net.rule('r', six, 'mangle', `OUTPUT -p ${proto} -d ${address('2.2', six)} -j ${change}`);
  net.space('r').rules.push(`${selector}${chance.pick(['tos 0x10', 'tos 0x10', 'fwmark 0x2'])} lookup 70 priority 70`);
  net.space('r').routes.push(`${chance.pick(['prohibit', 'unreachable', 'blackhole'])} ${address('2.2', six)} table 70`);
  if (chance.maybe(50))
    net.space('r').rules.push(`${selector}ipproto ${chance.pick(['tcp', 'udp'])} dport ${chance.pick([80, 53])} prohibit priority 71`);
}

const marked = (chance: Chance): Partial<ProbeDraft> => ({
  ...(chance.maybe(40) ? { tos: chance.pick([0x10, 0x08]) } : {}),
  ...(chance.maybe(30) ? { mark: chance.pick([1, 2]) } : {}),
});

export const WAY_CORNERS: readonly Corner[] = [
  { name: 'small wire', build: smallWire, probe: sizes },
  { name: 'small wire, again', build: smallWire, probe: sizes, ways: AT_THE_ROUTER },
  {
    name: 'redirects',
    build: redirects,
    only: 4,
    ways: [{ netns: 'p', to: ['88.1', '88.1', '88.2'] }],
    probe: datagrams,
  },
  {
    name: 'redirects, again',
    build: redirects,
    only: 4,
    ways: [{ netns: 'p', to: ['88.1', '88.1', '88.2', '89.3'] }],
    probe: datagrams,
  },
  {
    name: 'many ways',
    build: manyWays,
    // Of an echo of its own a host hashes the identifier, which the kernel draws.
    probe: (_chance, { netns, proto }) => (netns === 'r' && proto === 'icmp' ? { proto: 'udp', dport: 53, sport: 4000 } : {}),
    ways: [
      { netns: 'c', to: ['90.1', '90.2', '90.3', '90.4'] },
      { netns: 'r', to: ['90.1', '90.2', '90.3'] },
    ],
  },
  { name: 'the way again', build: wayAgain, ways: [{ netns: 'r', to: ['2.2', '2.2', '2.3'] }, ...AT_THE_ROUTER], probe: marked },
];
