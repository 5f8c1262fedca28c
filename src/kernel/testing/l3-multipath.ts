/** Flows over several next hops: with fib_multipath_hash_seed the way of each is known, for Linux's hash is. Who answers tells the way. */
import type { Line, LineHost } from './line.js';

type Sysctl = Readonly<Record<string, string>>;

const SEED: Sysctl = { 'net.ipv4.fib_multipath_hash_seed': '12345' };
const wire = (name: string, n: number, netns?: string, up = true): { readonly name: string; readonly kind: string } => ({
  ...{ name, kind: 'veth', mac: `0a:00:00:00:03:${name === 'up' ? 10 + n : 20 + n}`, up },
  ...(netns === undefined
    ? { addr: [`10.1.${n}.2/24`, `fd01:0:0:${n}::2/64`] }
    : { peer: { netns, name: 'up', mac: `0a:00:00:00:03:${10 + n}` }, addr: [`10.1.${n}.1/24`, `fd01:0:0:${n}::1/64`] }),
});
const server = (n: number): LineHost => ({
  allLinks: [{ name: 'lo', kind: 'loopback', addr: [1, 2, 3, 4, 5, 6].map((i) => `fd09::${i}/128`) }, wire('up', n)],
  routes: [`default via 10.1.${n}.1`, `default via fd01:0:0:${n}::1`, 'local 10.9.0.0/16 dev lo'],
});

/** c behind r, which has three ways to the same addresses. */
function spread(name: string, sysctl: Sysctl, probes: readonly string[], weights: readonly number[] = [1, 1, 1]): Line {
  const legs = (six: boolean): string =>
    weights.map((weight, i) => `nexthop via ${six ? `fd01:0:0:${i + 1}::2` : `10.1.${i + 1}.2`} weight ${weight}`).join(' ');
  return {
    name,
    names: ['c', 'r'],
    hosts: {
      c: {},
      r: {
        sysctl: { ...SEED, ...sysctl },
        links: weights.map((_, i) => wire(`to${i + 1}`, i + 1, `s${i + 1}`)),
        routes: [`10.9.0.0/16 ${legs(false)}`, `fd09::/64 ${legs(true)}`],
      },
      s1: server(1),
      s2: server(2),
      s3: server(3),
    },
    probes,
  };
}

const each = (count: number, probe: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => probe(i + 1));
const FORWARDED = each(12, (i) => `c udp 10.9.0.${i}:53 sport=${5000 + i}`);
const OWN = each(8, (i) => `r udp 10.9.0.${i}:53 sport=${5000 + i}`);
const SAME = each(8, (i) => `c udp 10.9.0.1:53 sport=${6000 + i}`);
const SAME_OWN = each(8, (i) => `r udp 10.9.0.1:53 sport=${6000 + i}`);
const SAME_6 = each(8, (i) => `c udp [fd09::1]:53 sport=${6000 + i}`);
const policy = (value: string, six = value): Sysctl => ({
  'net.ipv4.fib_multipath_hash_policy': value,
  'net.ipv6.fib_multipath_hash_policy': six,
});
const fields = (value: string): Sysctl => ({
  ...policy('3'),
  'net.ipv4.fib_multipath_hash_fields': value,
  'net.ipv6.fib_multipath_hash_fields': value,
});
/** What is forwarded from a socket brings a hash of chance, which policy 1 takes. */
const ECHOES = each(6, (i) => `c icmp 10.9.0.${i}`);

export const MULTIPATH: readonly Line[] = [
  spread('legs by addresses', {}, [...FORWARDED, ...OWN, ...SAME.slice(0, 3), 'c tcp 10.9.0.3:80', 'r tcp 10.9.0.3:80']),
  spread('legs by addresses, of another seed', { 'net.ipv4.fib_multipath_hash_seed': '4000000000' }, [...FORWARDED, ...OWN]),
  spread('legs of unequal weights', {}, [...FORWARDED, ...OWN], [5, 1, 2]),
  spread('one leg of a hundred', {}, [...FORWARDED, ...OWN], [1, 100, 1]),
  spread("legs by ports, of a host's own packets", policy('1'), [
    ...SAME_OWN,
    'r tcp 10.9.0.1:80 sport=7001',
    'r tcp 10.9.0.1:80 sport=7002',
    ...ECHOES,
  ]),
  spread('legs by addresses within a tunnel, where there is none', policy('2', '0'), [...FORWARDED, ...OWN.slice(0, 4)]),
  spread('legs by the usual fields', fields('7'), [
    ...FORWARDED,
    ...OWN,
    'c tcp 10.9.0.1:80',
    'r tcp 10.9.0.1:80',
    ...each(6, (i) => `c udp [fd09::${i}]:53`),
    'c icmp fd09::1',
    'c tcp [fd09::1]:80',
    'r udp [fd09::2]:53',
  ]),
  spread('legs by all fields', fields('55'), [
    ...SAME,
    ...SAME_OWN,
    ...SAME_6,
    'c icmp 10.9.0.1',
    'c tcp 10.9.0.1:80 sport=7001',
    'c tcp 10.9.0.1:80 sport=7002',
  ]),
  spread('legs by the destination port alone', fields('32'), [
    'c udp 10.9.0.1:53',
    'c udp 10.9.0.2:53',
    'c tcp 10.9.0.1:80',
    'r udp 10.9.0.9:53',
    'r tcp 10.9.0.9:80',
  ]),
];
