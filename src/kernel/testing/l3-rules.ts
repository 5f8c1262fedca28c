/** Policy rules: every selector, what they lead to, and how they are checked on the way back. */
import type { Line } from './line.js';

const WAYS = (to: string, more = ''): string[] => [`c tcp ${at(to)}:80${more}`, `c udp ${at(to)}:53${more}`, `c icmp ${to}${more}`];

function at(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

const BOTH = (more = ''): string[] => [...WAYS('10.0.2.2', more), ...WAYS('fd00:0:0:2::2', more)];
/** One rule for IPv4, the same for IPv6. */
const pair = (rule: string): string[] => [rule, `from ::/0 ${rule}`];

/** Each sends what it matches nowhere. */
function selecting(name: string, rules: readonly string[], probes: readonly string[], where: 'c' | 'r1' = 'r1'): Line {
  const routes = ['unreachable default table 100', 'unreachable ::/0 table 100'];
  return { name, hosts: { [where]: { rules, routes } }, probes };
}

const asked = [...BOTH(), ...BOTH(' tos=16'), ...BOTH(' tos=184'), ...BOTH(' sport=4000')];

export const RULES: readonly Line[] = [
  {
    name: 'a rule without a priority comes just before the first that has one',
    hosts: {
      r1: {
        rules: ['10.0.2.2', 'fd00:0:0:2::2'].flatMap((to) => [
          `to ${to} lookup main priority 10`,
          `to ${to} unreachable`,
          `to ${to} prohibit priority 8`,
        ]),
      },
    },
    probes: BOTH(),
  },
  selecting('a rule by protocol', pair('ipproto udp lookup 100'), asked),
  selecting('a rule by protocol, at the host that sends', pair('ipproto tcp lookup 100'), asked, 'c'),
  selecting(
    'a rule by destination port',
    [...pair('ipproto tcp dport 80 lookup 100'), ...pair('ipproto udp dport 50-53 lookup 100')],
    asked,
  ),
  selecting('a rule by destination port alone, at the host that sends', pair('dport 53 lookup 100'), asked, 'c'),
  selecting('a rule by source port', pair('sport 4000 ipproto udp lookup 100'), asked),
  selecting('a rule by source port, at the host that sends', pair('sport 3999-4001 lookup 100'), asked, 'c'),
  selecting('a rule by TOS', ['tos 0x10 lookup 100', 'from ::/0 tos 0xb8 lookup 100'], asked),
  selecting('a rule by TOS, at the host that sends', ['tos 10 lookup 100', 'from ::/0 tos 10 lookup 100'], asked, 'c'),
  selecting("a rule by user: what is forwarded is root's", pair('uidrange 0-0 lookup 100'), asked),
  selecting('a rule by user', pair('uidrange 1-1000 lookup 100'), [...BOTH(), ...BOTH(' uid=5'), ...BOTH(' uid=1001')], 'c'),
  selecting(
    'a rule that is turned round',
    ['not from 10.0.0.1 lookup 100', 'not from fd00::1 lookup 100'],
    [...BOTH(), 'r1 icmp 10.0.2.2'],
  ),
  selecting('a rule that is turned round, with more than one selector', pair('not ipproto udp dport 53 lookup 100'), asked),
  selecting('a mark with bits outside its mask', pair('fwmark 0x13/0x3 lookup 100'), [...BOTH(' mark=3'), ...BOTH(' mark=2')], 'c'),
  selecting(
    'rules that jump over others',
    [
      'goto 300 priority 200',
      'lookup 100 priority 250',
      'nop priority 300',
      'from ::/0 goto 300 priority 200',
      'from ::/0 lookup 100 priority 250',
      'from ::/0 nop priority 300',
    ],
    BOTH(),
  ),
  selecting('a rule that jumps where no rule is', [...pair('goto 300 priority 200'), ...pair('lookup 100 priority 250')], BOTH()),
  {
    name: 'a rule that heeds no default route',
    hosts: {
      c: {
        rules: [...pair('lookup main suppress_prefixlength 0 priority 100'), ...pair('lookup 100 priority 200')],
        routes: ['unreachable default table 100', 'unreachable ::/0 table 100'],
      },
    },
    probes: [...BOTH(), ...WAYS('10.0.0.2'), ...WAYS('fd00::2'), ...WAYS('127.0.0.1')],
  },
  {
    name: 'strict reverse paths see the protocol of the way back',
    hosts: {
      r1: {
        sysctl: { 'net.ipv4.conf.all.rp_filter': '1' },
        rules: ['ipproto udp sport 53 to 10.0.0.1 lookup 100 priority 50', 'iif lo ipproto tcp lookup 100 priority 60'],
        routes: ['default via 10.0.1.2 table 100'],
      },
    },
    probes: [...WAYS('10.0.2.2'), ...WAYS('10.0.1.2')],
  },
  {
    name: "strict reverse paths do not look into packets for rules about the host's own",
    hosts: {
      r1: {
        sysctl: { 'net.ipv4.conf.all.rp_filter': '1' },
        rules: ['iif lo ipproto tcp to 10.0.0.1 lookup 100 priority 60'],
        routes: ['default via 10.0.1.2 table 100'],
      },
    },
    probes: WAYS('10.0.2.2'),
  },
  {
    name: 'what OUTPUT routes again is looked into where rules ask for it',
    hosts: {
      c: {
        iptables: '*mangle\n-A OUTPUT -p udp -j MARK --set-mark 7\n-A OUTPUT -p tcp -j MARK --set-mark 8\nCOMMIT\n',
        ip6tables: '*mangle\n-A OUTPUT -p udp -j MARK --set-mark 7\n-A OUTPUT -p tcp -j MARK --set-mark 8\nCOMMIT\n',
        rules: [...pair('fwmark 7 ipproto udp lookup 100 priority 50'), ...pair('fwmark 8 lookup 100 priority 60')],
        routes: ['unreachable default table 100', 'unreachable ::/0 table 100'],
      },
    },
    probes: BOTH(),
  },
  {
    name: "what OUTPUT routes again is not looked into for rules about the host's own",
    hosts: {
      c: {
        iptables: '*mangle\n-A OUTPUT -p udp -j MARK --set-mark 7\nCOMMIT\n',
        ip6tables: '*mangle\n-A OUTPUT -p udp -j MARK --set-mark 7\nCOMMIT\n',
        rules: pair('iif lo fwmark 7 ipproto udp lookup 100 priority 50'),
        routes: ['unreachable default table 100', 'unreachable ::/0 table 100'],
      },
    },
    probes: BOTH(),
  },
  {
    name: 'a rule of every kind of verdict',
    hosts: {
      r1: {
        rules: [
          ...['to 10.0.2.2 ipproto tcp blackhole', 'to 10.0.2.2 ipproto udp unreachable', 'to 10.0.2.2 ipproto icmp prohibit'],
          ...['to fd00:0:0:2::2 ipproto tcp blackhole', 'to fd00:0:0:2::2 ipproto udp unreachable', 'to fd00:0:0:2::2 ipproto 58 prohibit'],
        ],
      },
    },
    probes: [...BOTH(), ...BOTH().map((text) => `r1${text.slice(1)}`)],
  },
];
