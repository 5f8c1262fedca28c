/** What follows from sights that no probe of the kept evidence has: a packet that IPVS takes, and an error about what a tunnel could not send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4 } from '../../base/ip.js';
import type { Hook } from '../../trace/event.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { HookRun } from './hook-runs.js';
import type { Sight } from './order-sights.js';
import { ownPackets } from './own-packets.js';
import { packetEvents } from './packet-events.js';
import type { PacketSights, TapSight } from './sightings.js';
import type { Topology } from './topology.js';

const ip = (text: string): number => parseIpv4(text) as number;
const packet = (src: string, dst: string, l4: IpPacket['l4'], ttl = 64): IpPacket => ({
  ...{ src: ip(src), dst: ip(dst), ttl, tos: 0, id: 7, df: true },
  proto: l4.kind === 'icmp' ? PROTO.icmp : l4.kind === 'udp' ? PROTO.udp : PROTO.tcp,
  l4,
});
const syn = (dst: string, ttl = 64): IpPacket =>
  packet('10.244.1.2', dst, { kind: 'tcp', sport: 4000, dport: 80, flags: 'S', seq: 0, ack: 0, mss: 1410, length: 0 }, ttl);
const KEY = 'the SYN';
const topology = { masterOf: () => undefined, isTunnel: () => false } as unknown as Topology;

/** A passage through a hook, to its end or not. */
function sight(hook: Hook, before: IpPacket, verdict: HookRun['verdict']): Sight {
  const headers = { packet: before, key: KEY } as HookRun['before'];
  const rest = { stamp: 0, iif: undefined, oif: undefined, rules: [], mark: 0, state: undefined, isReply: undefined };
  const run: HookRun = { ns: 'n1', hook, before: headers, after: verdict === 'accept' ? headers : undefined, verdict, ...rest };
  return { ns: 'n1', key: KEY, hook: run, tap: undefined };
}

function told(sights: readonly Sight[], refusedIn?: string): readonly string[] {
  const context = { leg: 0, root: KEY, topology, rebase: (one: IpPacket) => one, listener: undefined, refusedIn };
  return packetEvents(sights, context).map((event) =>
    event.kind === 'hook'
      ? `${event.hook} ${event.verdict} ${event.becomes.dst === event.packet.dst ? 'as it was' : 'changed'}`
      : event.kind,
  );
}

test('what leaves INPUT before its end and goes out of the host again was taken on the way, and no socket had it', () =>
  assert.deepEqual(told([sight('input', syn('10.96.0.1'), 'lost'), sight('output', syn('10.244.2.2', 63), 'accept')]).slice(0, 4), [
    'route',
    'input accept changed',
    'route',
    'output accept as it was',
  ]));
test('what leaves OUTPUT before its end and is seen there again is not lost', () =>
  assert.deepEqual(told([sight('output', syn('10.96.0.1'), 'lost'), sight('output', syn('10.244.2.2', 63), 'accept')]).slice(0, 2), [
    'route',
    'output accept changed',
  ]));
test('what leaves INPUT before its end and is answered with an error was stopped there', () =>
  assert.deepEqual(told([sight('input', syn('10.96.0.1'), 'lost')], 'n1'), ['route', 'input reject as it was', 'drop']));
test('what leaves OUTPUT before its end and is never seen again is lost', () =>
  assert.deepEqual(told([sight('output', syn('10.96.0.1'), 'lost')]), ['route', 'output accept as it was', 'drop']));

test("an error about a tunnel's packet that never left is the flow's own", () => {
  const inner = syn('10.244.2.2');
  const frame = { kind: 'ip', src: 1, dst: 2, packet: inner } as const;
  const outer = packet('192.168.1.10', '192.168.1.30', { kind: 'udp', sport: 50000, dport: 8472, length: 110, vxlan: { vni: 1, frame } });
  const error = packet('192.168.1.10', '192.168.1.10', { kind: 'icmp', type: 3, code: 1, id: 0, seq: 0, length: 0, about: outer });
  const seen = (key: string, one: IpPacket): PacketSights => {
    const tap: TapSight = { kind: 'tap', ns: 'n1', device: 'eth0', dir: 'tx', stamp: 0, packet: one, key };
    return { key, taps: [tap], hooks: [] };
  };
  const other = packet('192.168.1.10', '192.168.1.10', { kind: 'icmp', type: 8, code: 0, id: 9, seq: 1, length: 56 });
  const own = ownPackets([seen('a', inner), seen('b', error), seen('c', other)], ['10.244.1.2:4000', '10.244.2.2:80']);
  assert.deepEqual(
    own.map(({ key }) => key),
    ['a', 'b'],
  );
});
