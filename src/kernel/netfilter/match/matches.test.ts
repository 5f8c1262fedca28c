import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { Passage } from '../contract.js';
import { icmp, oneNamespace, send, tcp, udp } from '../testing/one-namespace.js';

type Way = 'forward' | 'input' | 'output';
const SYN = tcp('10.0.0.1:4000', '10.0.0.2:80');
const DNS = udp('10.0.0.1:4000', '10.0.0.2:53');
const PING = icmp('10.0.0.1', '10.0.0.2');
const ERROR = icmp('10.0.0.9', '10.0.0.1', { type: 3, code: 3, about: SYN });
const LOCAL = tcp('10.0.0.1:4000', '192.168.1.10:22');

/** A match, a packet, and whether it holds; the way is forwarding unless given. */
const CASES: readonly (readonly [match: string, packet: IpPacket, holds: boolean, way?: Way, more?: Partial<Passage>])[] = [
  ['-s 10.0.0.1/32', SYN, true],
  ['! -s 10.0.0.1/32', SYN, false],
  ['-d 10.0.0.0/8', SYN, true],
  ['-d 10.0.0.2/31', SYN, true],
  ['-d 10.0.0.0/31', SYN, false],
  ['-d 0.0.0.0/0', SYN, true],
  ['-m iprange --src-range 10.0.0.1-10.0.0.1', SYN, true],
  ['-m iprange ! --dst-range 10.0.0.3-10.0.0.9', SYN, true],
  ['-m iprange --dst-range 127.0.0.1-200.0.0.1', tcp('10.0.0.1:1', '192.0.2.1:1'), true],
  ['-i eth0', SYN, true],
  ['-i eth+', SYN, true],
  ['! -i eth1', SYN, true],
  ['-o eth1', SYN, true],
  ['-o lo', SYN, false],
  ['-p tcp', SYN, true],
  ['-p udp', SYN, false],
  ['! -p udp', SYN, true],
  ['-p tcp -m tcp --dport 80', SYN, true],
  ['-p tcp -m tcp --dport 1:79', SYN, false],
  ['-p tcp -m tcp ! --dport 80', SYN, false],
  ['-p tcp -m tcp --sport 4000:4000', SYN, true],
  ['-p udp -m udp --dport 53', DNS, true],
  ['-p tcp -m multiport --dports 22,80', SYN, true],
  ['-p tcp -m multiport --ports 4000', SYN, true],
  ['-p tcp -m multiport --sports 80,8000:9000', SYN, false],
  ['-p tcp -m multiport ! --dports 22', SYN, true],
  ['-p tcp -m tcp --syn', SYN, true],
  ['-p tcp -m tcp --syn', tcp('10.0.0.1:1', '10.0.0.2:2', 'S.'), false],
  ['-p tcp -m tcp ! --syn', tcp('10.0.0.1:1', '10.0.0.2:2', '.'), true],
  ['-p tcp -m tcp --tcp-flags SYN,RST,ACK RST', tcp('10.0.0.1:1', '10.0.0.2:2', 'R'), true],
  ['-p tcp -m tcp --tcp-flags FIN FIN', tcp('10.0.0.1:1', '10.0.0.2:2', 'F.'), true],
  ['-p icmp -m icmp --icmp-type 8', PING, true],
  ['-p icmp -m icmp --icmp-type any', ERROR, true],
  ['-p icmp -m icmp --icmp-type 3/3', ERROR, true],
  ['-p icmp -m icmp --icmp-type 3/1', ERROR, false],
  ['-p icmp -m icmp ! --icmp-type 0', PING, true],
  ['-f', SYN, false],
  ['! -f', SYN, true],
  ['-m length --length 60', SYN, true],
  ['-m length ! --length 0:59', SYN, true],
  ['-m ttl --ttl-eq 64', SYN, true],
  ['-m ttl --ttl-lt 64', SYN, false],
  ['-m ttl --ttl-gt 63', SYN, true],
  ['-m dscp --dscp 10', { ...SYN, tos: 40 }, true],
  ['-m tos --tos 0x08/0x3f', { ...SYN, tos: 0xc8 }, true],
  ['-m mark --mark 0x4000/0x4000', SYN, true, 'forward', { mark: 0x4001 }],
  ['-m mark ! --mark 0x4000/0x4000', SYN, true],
  ['-m mark --mark 0x80000000/0x80000000', SYN, true, 'forward', { mark: 0xffffffff }],
  ['-m connmark --mark 0', SYN, true],
  ['-m conntrack --ctstate NEW', SYN, true],
  ['-m conntrack ! --ctstate NEW,ESTABLISHED', SYN, false],
  ['-m conntrack --ctstate INVALID', tcp('10.0.0.1:1', '10.0.0.2:2', 'S.'), true],
  ['-m conntrack --ctstate INVALID', icmp('10.0.0.1', '10.0.0.2', { type: 0 }), true],
  ['-m conntrack --ctdir ORIGINAL', SYN, true],
  ['-m conntrack --ctproto 6', SYN, true],
  ['-m conntrack --ctorigdst 10.0.0.2/32 --ctorigdstport 80', SYN, true],
  ['-m conntrack --ctreplsrc 10.0.0.2/32 --ctrepldstport 4000', SYN, true],
  ['-m conntrack ! --ctorigsrc 10.0.0.0/24', SYN, false],
  ['-m conntrack --ctorigsrc 10.0.0.0/24', tcp('10.0.0.1:1', '10.0.0.2:2', 'S.'), false],
  ['-m conntrack ! --ctorigsrc 10.0.0.0/24', tcp('10.0.0.1:1', '10.0.0.2:2', 'S.'), false],
  ['-m conntrack --ctstate INVALID --ctorigsrc 10.9.0.0/24', tcp('10.0.0.1:1', '10.0.0.2:2', 'S.'), true],
  ['-m conntrack --ctstatus NONE', SYN, false],
  ['-m conntrack --ctstatus CONFIRMED', SYN, false],
  ['-m addrtype --dst-type LOCAL', LOCAL, true, 'input'],
  ['-m addrtype ! --dst-type LOCAL', SYN, true],
  ['-m addrtype --src-type UNICAST,BROADCAST', SYN, true],
  ['-m physdev --physdev-in veth1', SYN, true, 'forward', { physIn: 'veth1' }],
  ['-m physdev --physdev-in veth+', SYN, false],
  ['-m physdev ! --physdev-in veth1', SYN, true],
  ['-m physdev --physdev-is-bridged', SYN, true, 'forward', { physIn: 'a', physOut: 'b' }],
  ['-m physdev --physdev-is-in', SYN, false],
  ['-m owner --uid-owner 0', SYN, true, 'output', { uid: 0 }],
  ['-m owner --uid-owner 1-9', SYN, false, 'output', { uid: 0 }],
  ['-m owner ! --uid-owner 0', SYN, true, 'output'],
  ['-m owner ! --uid-owner 5', SYN, true, 'output', { uid: -1 }],
  ['-m owner --uid-owner 0-4294967294', SYN, false, 'output', { uid: -1 }],
  ['-m owner --socket-exists', SYN, true, 'output', { uid: -1 }],
  ['-m owner --socket-exists', SYN, false, 'output'],
  ['-m comment --comment "a \\"quoted\\" word" -p tcp', SYN, true],
];

const CHAINS = { forward: 'FORWARD', input: 'INPUT', output: 'OUTPUT' } as const;

describe('a match', () => {
  for (const [match, packet, holds, way = 'forward', more] of CASES) {
    const what = packet.l4.kind === 'icmp' ? `ICMP ${packet.l4.type}` : `${packet.l4.kind} ${'flags' in packet.l4 ? packet.l4.flags : ''}`;
    it(`${match} ${holds ? 'holds' : 'does not hold'} for ${what} ${JSON.stringify(more ?? {})}`, () => {
      const ns = oneNamespace([`filter ${CHAINS[way]} ${match} -j DROP`]);
      assert.equal(send(ns, packet, way, more ?? {}).verdict, holds ? 'drop' : 'accept');
    });
  }
});

describe('what is not modelled is said by name', () => {
  for (const [rule, message] of [
    ['filter FORWARD -m u32 --u32 "4>>16=5" -j DROP', /bytes of a packet that are not modelled/],
    ['filter FORWARD -m string --algo bm --string "a" -j DROP', /bytes of a packet that are not modelled/],
    ['filter FORWARD -m hashlimit --hashlimit-upto 5kb/s --hashlimit-name x -j DROP', /a rate of bytes/],
    ['raw PREROUTING -j CT --timeout short', /--timeout/],
    ['mangle FORWARD -p tcp -m tcp --syn -j TCPMSS --clamp-mss-to-pmtu', /--clamp-mss-to-pmtu/],
  ] as const) {
    it(rule, () => {
      const ns = oneNamespace([rule]);
      const way = rule.includes('OUTPUT') ? 'output' : 'forward';
      assert.throws(() => send(ns, SYN, way), { name: 'UnsupportedError', message });
    });
  }
});
