/**
 * Redirects of IPv6, and what they leave of the limit on ICMPv6 errors: a caller whose gateway sends its packets back to the segment they came from. The
 * caller forwards, and so heeds none, but where a line's name says that it does.
 */
import type { Line, LineHost } from './line.js';
import type { Sysctls } from './sysctls.js';

const port = (n: number, netns: string) => ({
  ...{ name: `p${n}`, kind: 'veth', mac: `0a:00:00:00:01:0${n}`, master: 'br0' },
  peer: { netns, name: 'eth0', mac: `0a:00:00:00:02:0${n}` },
});
const host = (n: number, more: LineHost = {}, addr: readonly string[] = []): LineHost => ({
  ...more,
  allLinks: [{ name: 'eth0', kind: 'veth', mac: `0a:00:00:00:02:0${n}`, addr: [`fd00::${n}/64`, ...addr] }],
});
const filter = (...rules: readonly string[]): string => ['*filter', ...rules.map((rule) => `-A ${rule}`), 'COMMIT', ''].join('\n');

/** Who has heard of a redirect hears no datagram any more. */
const TELLS = filter(
  'INPUT -p ipv6-icmp -m icmp6 --icmpv6-type redirect -m recent --set --name told --rdest',
  'INPUT -p udp -m recent --rcheck --name told --rdest -j DROP',
);
const WARM = ['c icmp fd00::3', 'c icmp fd00::2', 'r icmp fd00::3'];

function triangle(
  name: string,
  way: string,
  parts: { readonly tells?: boolean; readonly ratelimit?: string; readonly probes: readonly string[] },
): Line {
  const { tells = false, ratelimit = '0', probes } = parts;
  return {
    name,
    names: ['b'],
    hosts: {
      b: { allLinks: [{ name: 'br0', kind: 'bridge', mac: '0a:00:00:00:01:00' }, port(1, 'c'), port(2, 'r'), port(3, 's')] },
      c: host(1, { allRoutes: ['fd09::/16 via fd00::2'], ...(tells ? { ip6tables: TELLS } : {}) }),
      r: host(2, {
        sysctl: { 'net.ipv6.icmp.ratelimit': ratelimit },
        allRoutes: [`fd09::/16 ${way}`],
        ip6tables: filter('FORWARD -p udp -m udp --dport 99 -j REJECT'),
      }),
      s: host(3, { allRoutes: [] }, ['fd09::1/128', 'fd09::2/128']),
    },
    probes: [...WARM, ...probes],
  };
}

/** Packets but the first do not get past the router: who is answered then has gone another way. */
const ONCE = filter('FORWARD -s fd00::1 -m statistic --mode nth ! --every 1000 --packet 0 -j DROP');
const HEEDS: Sysctls = {
  ...{ 'net.ipv6.conf.all.forwarding': '0', 'net.ipv6.conf.default.forwarding': '0', 'net.ipv6.conf.eth0.accept_redirects': '1' },
};
const ROUTER = 'fe80::800:ff:fe00:202';
const ON_LINK = 'dev eth0';
const BY_GATEWAY = 'via fe80::800:ff:fe00:203 dev eth0';

/** The caller's gateway, and the gateway's way. */
function heeding(name: string, gateway: string, way: string, probes: readonly string[], sysctl: Sysctls = HEEDS): Line {
  const line = triangle(name, way, { probes });
  const [c, r] = [line.hosts?.['c'], line.hosts?.['r']];
  const caller = { ...c, sysctl, allRoutes: [`fd09::/16 via ${gateway} dev eth0`] };
  return { ...line, hosts: { ...line.hosts, c: caller, r: { ...r, ip6tables: ONCE } } };
}

const udp = (port: number, more = ''): string => `c udp [fd09::1]:${port}${more}`;
const rejected = (count: number): readonly string[] => Array.from({ length: count }, () => udp(99, ' timeout=30'));

export const REDIRECTS_6: readonly Line[] = [
  triangle('a redirect of IPv6 to who is on the link', 'dev eth0', { tells: true, probes: [udp(53, ' timeout=400'), 'c icmp fd09::1'] }),
  triangle('to a gateway by its link-local address', 'via fe80::800:ff:fe00:203 dev eth0', {
    tells: true,
    probes: [udp(53, ' timeout=400')],
  }),
  triangle('of a gateway by another address nobody is told', 'via fd00::3', { tells: true, probes: [udp(53)] }),
  triangle('six errors at once', 'via fd00::3', { ratelimit: '1000', probes: rejected(9) }),
  triangle('a redirect takes a second of what errors may be had', 'dev eth0', {
    ratelimit: '1000',
    probes: [udp(53), udp(53), ...rejected(6)],
  }),
  triangle('and of what the destination has of redirects', 'dev eth0', {
    ratelimit: '1000',
    probes: [...Array.from({ length: 4 }, () => udp(53)), ...rejected(4)],
  }),
  ...[ON_LINK, BY_GATEWAY].flatMap((way) => [
    heeding(`a connection heeds a redirect of its gateway, and goes on straight, the way being ${way}`, ROUTER, way, [
      'c tcp [fd09::1]:80',
      udp(53),
      'c icmp fd09::1',
      // Of another destination nothing has been said.
      'c udp [fd09::2]:53 timeout=400',
    ]),
    heeding(`so does an echo, the way being ${way}`, ROUTER, way, ['c icmp fd09::1', 'c icmp fd09::1', udp(53)]),
    heeding(`a datagram does not, the way being ${way}`, ROUTER, way, [udp(53), udp(53, ' timeout=400'), 'c icmp fd09::1 timeout=400']),
    heeding(`unless its socket is bound to the device, the way being ${way}`, ROUTER, way, [
      udp(53, ' device=eth0'),
      udp(53, ' device=eth0'),
      udp(53),
    ]),
    heeding(
      `one that accepts none goes on as before, the way being ${way}`,
      ROUTER,
      way,
      [udp(53), udp(53, ' timeout=400'), 'c tcp [fd09::1]:80 timeout=400'],
      { ...HEEDS, 'net.ipv6.conf.eth0.accept_redirects': '0' },
    ),
    heeding(`a router heeds none, the way being ${way}`, ROUTER, way, [udp(53), udp(53, ' timeout=400')], {
      'net.ipv6.conf.eth0.accept_redirects': '1',
    }),
    heeding(`one whose gateway has another address heeds none for an echo, the way being ${way}`, 'fd00::2', way, [
      'c icmp fd09::1',
      'c icmp fd09::1 timeout=400',
    ]),
    heeding(`nor for a datagram of a device, the way being ${way}`, 'fd00::2', way, [
      udp(53, ' device=eth0'),
      udp(53, ' device=eth0 timeout=400'),
    ]),
    heeding(`but for a connection, and then for all, the way being ${way}`, 'fd00::2', way, [
      'c tcp [fd09::1]:80',
      'c tcp [fd09::1]:80',
      udp(53),
    ]),
  ]),
];
