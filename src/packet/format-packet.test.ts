import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Ip, parseIp } from '../base/ip.js';
import { parseMac } from '../base/mac.js';
import { formatFrame, formatPacket } from './format-packet.js';
import type { ArpFrame } from './frame.js';
import type { IcmpMessage } from './icmp.js';
import { type IpPacket, type Layer4, PROTO } from './ip-packet.js';
import { packetBytes } from './packet-bytes.js';
import type { TcpFlags, TcpSegment } from './tcp.js';
import type { IpTunnel } from './tunnel.js';
import type { UdpDatagram } from './udp.js';

const ip = (text: string): Ip => parseIp(text) ?? assert.fail(text);

function packet(src: string, dst: string, l4: Layer4, proto?: number): IpPacket {
  return {
    src: ip(src),
    dst: ip(dst),
    ttl: 64,
    tos: 0,
    id: 0,
    df: true,
    proto: proto ?? PROTO[l4.kind === 'tunnel' || l4.kind === 'part' ? 'ipip' : l4.kind],
    l4,
  };
}

function tcp(sport: number, dport: number, flags: TcpFlags, more: Partial<TcpSegment> = {}): TcpSegment {
  return { kind: 'tcp', sport, dport, flags, seq: 0, ack: 0, mss: undefined, length: 0, ...more };
}

function udp(sport: number, dport: number, length: number, more: Partial<UdpDatagram> = {}): UdpDatagram {
  return { kind: 'udp', sport, dport, length, ...more };
}

function ipTunnel(inner: IpPacket, header: number, more: Partial<IpTunnel> = {}): IpTunnel {
  const length = header + packetBytes(inner);
  return { kind: 'tunnel', sport: 0, dport: 0, length, key: undefined, checksum: false, packet: inner, ...more };
}

function icmp(type: number, code: number, more: Partial<IcmpMessage> = {}): IcmpMessage {
  return { kind: 'icmp', type, code, id: 0, seq: 0, length: 0, ...more };
}

const syn = packet('10.0.0.1', '10.0.0.2', tcp(34176, 99, 'S', { mss: 1460 }));
const echo = (dst: string, length = 56): IpPacket => packet('10.0.0.1', dst, icmp(8, 0, { id: 19, length }));
const error = (code: number, about: IpPacket, more: Partial<IcmpMessage> = {}): IpPacket =>
  packet('10.0.0.2', '10.0.0.1', icmp(3, code, { about, ...more }));
const arp = (op: ArpFrame['op'], more: Partial<ArpFrame> = {}): ArpFrame => ({
  kind: 'arp',
  op,
  src: 1,
  dst: 2,
  senderMac: parseMac('ea:fb:cf:49:48:1f') ?? 0,
  senderIp: ip('10.1.0.1') as number,
  targetMac: 0,
  targetIp: ip('10.1.0.2') as number,
  ...more,
});

/** What tcpdump 4.99.3 printed of such packets between two namespaces, less the time and the TCP options beside the MSS. */
describe("a packet in tcpdump's words", () => {
  const cases: readonly [string, IpPacket, string][] = [
    ['a SYN through an Ethernet', syn, 'IP 10.0.0.1.34176 > 10.0.0.2.99: Flags [S], seq 0, win 64240, options [mss 1460], length 0'],
    [
      'a SYN through VXLAN has a smaller MSS',
      packet('10.244.1.2', '10.244.2.3', tcp(40000, 80, 'S', { mss: 1410 })),
      'IP 10.244.1.2.40000 > 10.244.2.3.80: Flags [S], seq 0, win 64860, options [mss 1410], length 0',
    ],
    [
      'the SYN-ACK leaves room for time stamps',
      packet('10.244.2.3', '10.244.1.2', tcp(80, 40000, 'S.', { mss: 1410, ack: 1 })),
      'IP 10.244.2.3.80 > 10.244.1.2.40000: Flags [S.], seq 0, ack 1, win 64308, options [mss 1410], length 0',
    ],
    [
      'a SYN on the loopback',
      packet('127.0.0.1', '127.0.0.1', tcp(39804, 81, 'S', { mss: 65495 })),
      'IP 127.0.0.1.39804 > 127.0.0.1.81: Flags [S], seq 0, win 65495, options [mss 65495], length 0',
    ],
    [
      'an ACK without data has no sequence number',
      packet('10.0.0.1', '10.0.0.2', tcp(1024, 81, '.', { seq: 1, ack: 1 })),
      'IP 10.0.0.1.1024 > 10.0.0.2.81: Flags [.], ack 1, win 63, length 0',
    ],
    [
      'data on a web port is called HTTP',
      packet('10.0.0.1', '10.0.0.2', tcp(1024, 80, 'P.', { seq: 1, ack: 1, length: 1 })),
      'IP 10.0.0.1.1024 > 10.0.0.2.80: Flags [P.], seq 1:2, ack 1, win 63, length 1: HTTP',
    ],
    [
      'data elsewhere is not',
      packet('10.0.0.2', '10.0.0.1', tcp(81, 1024, 'P.', { seq: 1, ack: 2, length: 1 })),
      'IP 10.0.0.2.81 > 10.0.0.1.1024: Flags [P.], seq 1:2, ack 2, win 63, length 1',
    ],
    [
      'a closed port resets',
      packet('10.0.0.2', '10.0.0.1', tcp(82, 35670, 'R.', { ack: 1 })),
      'IP 10.0.0.2.82 > 10.0.0.1.35670: Flags [R.], seq 0, ack 1, win 0, length 0',
    ],
    [
      'a FIN',
      packet('10.0.0.2', '10.0.0.1', tcp(81, 1024, 'F.', { seq: 2, ack: 2 })),
      'IP 10.0.0.2.81 > 10.0.0.1.1024: Flags [F.], seq 2, ack 2, win 63, length 0',
    ],
    ['a datagram', packet('10.0.0.1', '10.0.0.2', udp(58391, 5000, 5)), 'IP 10.0.0.1.58391 > 10.0.0.2.5000: UDP, length 5'],
    ['an echo', echo('10.0.1.1'), 'IP 10.0.0.1 > 10.0.1.1: ICMP echo request, id 19, seq 0, length 64'],
    [
      'its answer',
      packet('10.0.1.1', '10.0.0.1', icmp(0, 0, { id: 19, length: 56 })),
      'IP 10.0.1.1 > 10.0.0.1: ICMP echo reply, id 19, seq 0, length 64',
    ],
    ['a rejected SYN', error(3, syn), 'IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 tcp port 99 unreachable, length 68'],
    [
      'a closed UDP port',
      error(3, packet('10.0.0.1', '10.0.0.2', udp(38050, 5001, 5))),
      'IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 udp port 5001 unreachable, length 41',
    ],
    ['no such protocol', error(2, syn), 'IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 protocol 6 unreachable, length 68'],
    ['no route', error(0, echo('10.7.1.1')), 'IP 10.0.0.2 > 10.0.0.1: ICMP net 10.7.1.1 unreachable, length 92'],
    ['no neighbour', error(1, echo('10.0.1.77')), 'IP 10.0.0.2 > 10.0.0.1: ICMP host 10.0.1.77 unreachable, length 92'],
    [
      'prohibited by a route',
      error(13, echo('10.9.1.1')),
      'IP 10.0.0.2 > 10.0.0.1: ICMP host 10.9.1.1 unreachable - admin prohibited filter, length 92',
    ],
    ['host prohibited', error(10, syn), 'IP 10.0.0.2 > 10.0.0.1: ICMP host 10.0.0.2 unreachable - admin prohibited, length 68'],
    ['net prohibited', error(9, syn), 'IP 10.0.0.2 > 10.0.0.1: ICMP net 10.0.0.2 unreachable - admin prohibited, length 68'],
    [
      'too big',
      error(4, echo('10.0.1.1', 1300), { mtu: 1000 }),
      'IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.1.1 unreachable - need to frag (mtu 1000), length 556',
    ],
    [
      'too many hops',
      packet('10.0.0.254', '10.0.0.1', icmp(11, 0, { about: echo('10.0.1.1') })),
      'IP 10.0.0.254 > 10.0.0.1: ICMP time exceeded in-transit, length 92',
    ],
    [
      'VXLAN on its own port',
      packet('10.0.0.1', '10.0.0.2', udp(34848, 4789, 0, { vxlan: { vni: 1, frame: arp('request') } })),
      'IP 10.0.0.1.34848 > 10.0.0.2.4789: VXLAN, flags [I] (0x08), vni 1\nARP, Request who-has 10.1.0.2 tell 10.1.0.1, length 28',
    ],
    [
      "VXLAN on Linux's port is taken for OTV",
      packet('10.0.0.1', '10.0.0.2', udp(33732, 8472, 0, { vxlan: { vni: 1, frame: { kind: 'ip', src: 1, dst: 2, packet: syn } } })),
      'IP 10.0.0.1.33732 > 10.0.0.2.8472: OTV, flags [I] (0x08), overlay 0, instance 1\nIP 10.0.0.1.34176 > 10.0.0.2.99: Flags [S], seq 0, win 64240, options [mss 1460], length 0',
    ],
    [
      'IPIP goes on in the same line',
      packet('10.0.0.1', '10.0.0.2', ipTunnel(echo('10.1.0.2'), 0)),
      'IP 10.0.0.1 > 10.0.0.2: IP 10.0.0.1 > 10.1.0.2: ICMP echo request, id 19, seq 0, length 64',
    ],
    [
      'GRE with a key and a checksum',
      packet('10.0.0.1', '10.0.0.2', ipTunnel(echo('10.1.0.2'), 12, { key: 7, checksum: true }), PROTO.gre),
      'IP 10.0.0.1 > 10.0.0.2: GREv0, off 0x0, key=0x7, length 96: IP 10.0.0.1 > 10.1.0.2: ICMP echo request, id 19, seq 0, length 64',
    ],
    [
      'Geneve',
      packet('10.0.0.1', '10.0.0.2', udp(34848, 6081, 50, { tunnel: { kind: 'Geneve', vni: 5, frame: arp('request') } })),
      'IP 10.0.0.1.34848 > 10.0.0.2.6081: Geneve, Flags [none], vni 0x5: ARP, Request who-has 10.1.0.2 tell 10.1.0.1, length 28',
    ],
    [
      'WireGuard, which nobody can look into',
      packet('10.0.0.1', '10.0.0.2', udp(51820, 51820, 80, { tunnel: { kind: 'WireGuard', from: '', to: '', packet: syn } })),
      'IP 10.0.0.1.51820 > 10.0.0.2.51820: UDP, length 80',
    ],
    [
      'an error about IPIP',
      error(3, packet('10.0.0.1', '10.0.0.2', ipTunnel(echo('10.1.0.2'), 0))),
      'IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 protocol 4 port 84 unreachable, length 112',
    ],
    [
      'IPv6',
      packet('fd00::1', 'fd00::2', tcp(1024, 81, '.', { ack: 1 })),
      'IP6 fd00::1.1024 > fd00::2.81: Flags [.], ack 1, win 63, length 0',
    ],
    [
      'an echo of IPv6',
      packet('fd00::1', 'fd00::2', icmp(128, 0, { id: 1, seq: 2, length: 56 }), PROTO.icmpv6),
      'IP6 fd00::1 > fd00::2: ICMP6, echo request, id 1, seq 2, length 64',
    ],
  ];
  for (const [name, value, expected] of cases) it(`${name}: ${expected.split('\n')[0]}`, () => assert.equal(formatPacket(value), expected));

  it('an ARP reply', () => assert.equal(formatFrame(arp('reply')), 'ARP, Reply 10.1.0.1 is-at ea:fb:cf:49:48:1f, length 28'));
  it('an ARP request that names the asked address', () => {
    assert.equal(
      formatFrame(arp('request', { targetMac: 0x0a0000000001 })),
      'ARP, Request who-has 10.1.0.2 (0a:00:00:00:00:01) tell 10.1.0.1, length 28',
    );
  });
  const syn6 = packet('fd00::2', 'fd01::2', tcp(1024, 7, 'S', { mss: 1440 }));
  const datagram6 = packet('fd00::2', 'fd01::2', udp(1024, 99, 5));
  const six = (type: number, code: number, more: Partial<IcmpMessage>): string =>
    formatPacket(packet('fd00::1', 'fd00::2', icmp(type, code, more), PROTO.icmpv6)).replace('IP6 fd00::1 > fd00::2: ICMP6, ', '');
  const linkAddress = 1;
  const messages: readonly [string, string, string][] = [
    ['a closed UDP port', six(1, 4, { about: datagram6 }), 'destination unreachable, unreachable port, fd01::2 udp port 99, length 61'],
    ['a rejected SYN', six(1, 4, { about: syn6 }), 'destination unreachable, unreachable port, fd01::2 tcp port 7, length 88'],
    ['a route that is not', six(1, 0, { about: syn6 }), 'destination unreachable, unreachable route fd01::2, length 88'],
    ['what is prohibited', six(1, 1, { about: syn6 }), 'destination unreachable,  unreachable prohibited fd01::2, length 88'],
    ['no neighbour', six(1, 3, { about: syn6 }), 'destination unreachable, unreachable address fd01::2, length 88'],
    [
      'a solicitation',
      six(135, 0, { target: ip('fd00::7') as bigint, linkAddress, length: 24 }),
      'neighbor solicitation, who has fd00::7, length 32',
    ],
    [
      'an advertisement',
      six(136, 0, { target: ip('fd00::1') as bigint, linkAddress, length: 24 }),
      'neighbor advertisement, tgt is fd00::1, length 32',
    ],
  ];
  for (const [name, text, expected] of messages) it(`of ICMPv6: ${name}`, () => assert.equal(text, expected));
  it('a VXLAN packet is 50 bytes longer than what is in it', () => {
    const outer = packet(
      '10.0.0.1',
      '10.0.0.2',
      udp(1, 8472, 0, { vxlan: { vni: 1, frame: { kind: 'ip', src: 1, dst: 2, packet: syn } } }),
    );
    assert.equal(packetBytes(outer) - packetBytes(syn), 50);
  });
});
