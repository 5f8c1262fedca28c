import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ip, parseIp } from '../base/ip.js';
import { formatFrame } from '../packet/format-packet.js';
import type { ArpFrame, Frame } from '../packet/frame.js';
import type { IcmpMessage } from '../packet/icmp.js';
import { type IpPacket, type Layer4, PROTO } from '../packet/ip-packet.js';
import { packetBytes } from '../packet/packet-bytes.js';
import type { SctpChunk } from '../packet/sctp.js';
import type { TcpFlags, TcpSegment } from '../packet/tcp.js';
import type { UdpDatagram } from '../packet/udp.js';
import { encodeFrame, encodePacket } from '../packet/wire/encode-packet.js';
import { captureSection } from './capture-file.js';
import type { Sight } from './sights.js';

const TOOLS = ['tcpdump', 'tshark'] as const;
const missing = Object.fromEntries(TOOLS.map((tool) => [tool, spawnSync(tool, ['--version']).status === 0 ? false : `needs ${tool}`]));

const ip = (text: string): Ip => parseIp(text) ?? assert.fail(text);
const tcp = (flags: TcpFlags, more: Partial<TcpSegment> = {}): TcpSegment => ({
  ...{ kind: 'tcp', sport: 34176, dport: 99, flags, seq: 0, ack: 0, mss: undefined, length: 0 },
  ...more,
});
const udp = (dport: number, length: number, more: Partial<UdpDatagram> = {}): UdpDatagram => ({
  kind: 'udp',
  sport: 40001,
  dport,
  length,
  ...more,
});
const icmp = (type: number, code: number, more: Partial<IcmpMessage> = {}): IcmpMessage => ({
  ...{ kind: 'icmp', type, code, id: 0, seq: 0, length: 0 },
  ...more,
});

function packet(src: string, dst: string, l4: Layer4, more: Partial<IpPacket> = {}): IpPacket {
  const proto =
    l4.kind === 'icmp' && src.includes(':') ? PROTO.icmpv6 : PROTO[l4.kind === 'tunnel' || l4.kind === 'part' ? 'ipip' : l4.kind];
  return { src: ip(src), dst: ip(dst), ttl: 64, tos: 0, id: 7, df: true, proto, l4, ...more };
}

const sctp = (length: number, ...chunks: SctpChunk[]): Layer4 => ({ kind: 'sctp', sport: 4000, dport: 3868, tag: 1, chunks, length });

const [A, B] = ['10.0.0.1', '10.0.0.2'];
const [A6, B6] = ['fd00::1', 'fd00::2'];
const syn = packet(A, B, tcp('S', { mss: 1460 }));
const syn6 = packet(A6, B6, tcp('S', { mss: 1440 }));
const echo = packet(A, B, icmp(8, 0, { id: 19, seq: 1, length: 56 }));
const framed = (inner: IpPacket): Frame => ({ kind: 'ip', src: 0x020000000001, dst: 0x020000000002, packet: inner });
const arp = (op: ArpFrame['op'], vlan?: number): ArpFrame => ({
  ...{ kind: 'arp', op, src: 0x020000000001, dst: 0xffffffffffff, senderMac: 0xeafbcf49481f, senderIp: ip(A) as number },
  ...{ targetMac: op === 'request' ? 0 : 0x020000000002, targetIp: ip(B) as number },
  ...(vlan === undefined ? {} : { vlan }),
});
const tunnel = (inner: IpPacket, header: number, more: object = {}): Layer4 => ({
  ...{ kind: 'tunnel', sport: 0, dport: 0, length: header + packetBytes(inner), key: undefined, checksum: false, packet: inner },
  ...more,
});
const inVxlan = (dport: number, frame: Frame): IpPacket =>
  packet(A, B, udp(dport, 22 + (frame.kind === 'ip' ? packetBytes(frame.packet) : 28), { vxlan: { vni: 5, frame } }));

const FRAMES: readonly [name: string, frame: Frame | IpPacket][] = [
  ['a SYN', framed(syn)],
  ['a SYN-ACK', framed(packet(B, A, tcp('S.', { ack: 1, mss: 1460 })))],
  ['data', framed(packet(A, B, tcp('P.', { seq: 1, ack: 1, length: 100 })))],
  ['a reset', framed(packet(B, A, tcp('R.', { ack: 1 })))],
  ['a SYN of IPv6', framed(syn6)],
  ['a datagram', framed(packet(A, B, udp(40002, 5)))],
  ['a datagram of IPv6 with an odd length', framed(packet(A6, B6, udp(40002, 7)))],
  ['a large datagram', framed(packet(A, B, udp(40002, 1400)))],
  ['an echo', framed(echo)],
  ['an echo of IPv6', framed(packet(A6, B6, icmp(128, 0, { id: 1, seq: 2, length: 56 })))],
  ['a refusal', framed(packet(B, A, icmp(3, 3, { about: syn })))],
  ['too big', framed(packet(B, A, icmp(3, 4, { about: echo, mtu: 1000 })))],
  ['a refusal of IPv6', framed(packet(B6, A6, icmp(1, 4, { about: syn6 })))],
  [
    'a solicitation',
    framed(packet(A6, 'ff02::1:ff00:2', icmp(135, 0, { target: ip(B6) as bigint, linkAddress: 1, length: 24 }), { ttl: 255 })),
  ],
  ['an INIT', framed(packet(A, B, sctp(36, { type: 'INIT', initTag: 1, tsn: 1, window: 106_496 })))],
  ['an INIT ACK of IPv6', framed(packet(A6, B6, sctp(260, { type: 'INIT ACK', initTag: 2, tsn: 1, window: 106_496 })))],
  ['a COOKIE ECHO', framed(packet(A, B, sctp(232, { type: 'COOKIE ECHO' })))],
  [
    'an acknowledgement and a message of SCTP',
    framed(packet(A, B, sctp(36, { type: 'SACK', tsn: 3, window: 106_496 }, { type: 'DATA', tsn: 4, ssn: 3, bytes: 1 }))),
  ],
  ['a SHUTDOWN', framed(packet(A, B, sctp(8, { type: 'SHUTDOWN', tsn: 3 })))],
  ['an ABORT', framed(packet(A, B, sctp(4, { type: 'ABORT', reflected: true })))],
  ['a redirect of IPv6', framed(packet(A6, B6, icmp(137, 0, { target: ip(B6) as bigint, about: syn6, linkAddress: 1 }), { ttl: 255 }))],
  ['a redirect to who is not known', framed(packet(A6, B6, icmp(137, 0, { target: ip(B6) as bigint, about: syn6 }), { ttl: 255 }))],
  ['an ARP request', arp('request')],
  ['an ARP reply', arp('reply')],
  ['VXLAN', inVxlan(4789, framed(syn))],
  ["VXLAN on Linux's port, ARP in it", inVxlan(8472, arp('request'))],
  ['Geneve', framed(packet(A, B, udp(6081, 22 + packetBytes(syn), { tunnel: { kind: 'Geneve', vni: 5, frame: framed(syn) } })))],
  ['IPIP', framed(packet(A, B, tunnel(echo, 0)))],
  ['GRE with a key and a checksum', framed(packet(A, B, tunnel(echo, 12, { key: 7, checksum: true }), { proto: PROTO.gre }))],
  ['WireGuard', framed(packet(A, B, udp(51820, 92, { tunnel: { kind: 'WireGuard', from: '', to: '', packet: syn } })))],
  ['a bare packet of a forwarder', framed(packet(A, B, udp(8285, packetBytes(syn), { tunnel: { kind: 'UDP', packet: syn } })))],
  ['a first fragment', framed(packet(A, B, udp(40002, 3000), { df: false, fragment: { offset: 0, length: 1480, more: true } }))],
  ['a last fragment', framed(packet(A, B, udp(40002, 3000), { df: false, fragment: { offset: 2960, length: 48, more: false } }))],
];

const sights = FRAMES.map(
  ([, frame], i): Sight => ({ t: i * 1000, netns: 'node1', device: 'eth0', outgoing: i % 2 === 0, frame: asFrame(frame) }),
);

/** The packets of the table that stand without a frame of their own. */
function asFrame(value: Frame | IpPacket): Frame {
  return 'l4' in value ? framed(value) : value;
}

function dump(tool: string, args: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-'));
  try {
    const file = join(folder, 'a.pcapng');
    writeFileSync(file, captureSection(sights, 'a test'));
    const done = spawnSync(tool, [...args, '-n', '-r', file], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Options but the MSS, which our text leaves out. */
const plain = (line: string): string =>
  line.replaceAll(/(options \[mss \d+),[^\]]*\]/g, '$1]').replaceAll(/, options \[nop,nop,TS[^\]]*\]/g, '');

test('tcpdump prints the file as the trace is printed', { skip: missing['tcpdump'] ?? false }, () => {
  const wanted = sights.flatMap(({ frame }) => formatFrame(frame).split('\n'));
  assert.deepEqual(dump('tcpdump', ['-t']).map(plain), wanted);
});

test('tcpdump finds every checksum right', { skip: missing['tcpdump'] ?? false }, () => {
  const wrong = dump('tcpdump', ['-t', '-vv']).filter((line) => /incorrect|bad cksum|bad udp|wrong/.test(line));
  assert.deepEqual(wrong, []);
});

test('tshark finds nothing malformed, and the names of the interfaces', { skip: missing['tshark'] ?? false }, () => {
  const lines = dump('tshark', ['-T', 'fields', '-e', 'frame.interface_name', '-e', '_ws.malformed']);
  assert.deepEqual([...new Set(lines.map((line) => line.trimEnd()))], ['node1 eth0']);
});

for (const [name, value] of FRAMES) {
  const frame = asFrame(value);
  if (frame.kind !== 'ip' || frame.packet.fragment !== undefined) continue;
  test(`${name} has the bytes that it is said to be long`, () =>
    assert.equal(encodePacket(frame.packet).length, packetBytes(frame.packet)));
}

test('a VLAN tag stands before the type', () => {
  assert.deepEqual([...encodeFrame(arp('request', 7)).subarray(12, 18)], [0x81, 0, 0, 7, 8, 6]);
});

test('a section says what it is, and is as long as it says', () => {
  const bytes = captureSection(sights.slice(0, 1), 'a test');
  const view = new DataView(bytes.buffer);
  assert.equal(view.getUint32(0, true), 0x0a0d0d0a);
  assert.equal(view.getUint32(8, true), 0x1a2b3c4d);
  let at = 0;
  const types: number[] = [];
  while (at < bytes.length) {
    const length = view.getUint32(at + 4, true);
    assert.equal(view.getUint32(at + length - 4, true), length);
    types.push(view.getUint32(at, true));
    at += length;
  }
  assert.deepEqual(types, [0x0a0d0d0a, 1, 6]);
});
