import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ip, parseIp } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { SeenFrame } from './link-wireguard.js';
import { withoutRepeats } from './without-repeats.js';

function frame(device: string, seconds: number, ip = 'fd00::1'): SeenFrame {
  const l4 = { kind: 'tcp', sport: 1, dport: 80, flags: 'S', seq: 7, ack: 0, length: 0 } as unknown as IpPacket['l4'];
  const src = parseIp(ip) as Ip;
  const packet: IpPacket = { src, dst: src, ttl: 64, tos: 0, id: 0, df: true, proto: 6, l4 };
  const dir = device === 'eth0' ? 'tx' : 'rx';
  return { ns: 'a', device, dir, stamp: seconds * 1e9, packet, key: `6 0 7 ${ip}`, bytes: new Uint8Array() };
}

const stamps = (frames: readonly SeenFrame[]): readonly number[] => withoutRepeats(frames).map(({ stamp }) => stamp / 1e9);

test('what is sent again over IPv6 is left out, with all that is seen of it', () => {
  assert.deepEqual(stamps([frame('eth0', 0), frame('br0', 0.1), frame('eth0', 1), frame('br0', 1.1), frame('eth0', 3)]), [0, 0.1]);
});

test('a packet that crosses a device twice in a moment stays, and so does what IPv4 tells apart by itself', () => {
  assert.deepEqual(stamps([frame('eth0', 0), frame('eth0', 0.01)]), [0, 0.01]);
  assert.deepEqual(stamps([frame('eth0', 0, '10.0.0.1'), frame('eth0', 1, '10.0.0.1')]), [0, 1]);
});
