/**
 * A program in user space behind a tun device: flannel's forwarder of its udp backend (pkg/backend/udp/proxy_amd64.c). What the host sends by
 * the device goes, in a datagram of the program's socket, to the forwarder that has the subnet; what comes to the socket, the program writes to
 * the device. Each takes one from the TTL, and drops what has none left without a word. For a subnet that nobody has it writes an ICMP 3/0 from
 * the device's own address, which Linux then takes for a martian unless accept_local is set. What Linux answered with such a program
 * is in fixtures/kernel/links.
 */
import { formatIp, type Ipv4 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { ForwarderArgs } from '../../plan/iproute2/tun.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordAnswer, recordDrop, recordTunnel } from '../record.js';
import type { Runtime } from '../runtime.js';
import { packetLength } from './packet-length.js';
import { longestMatch, type PrefixMap, prefixMap } from './prefix-map.js';

export interface Forwarder {
  readonly kind: 'tun';
  readonly local: Ipv4;
  readonly port: number;
  readonly ends: PrefixMap<{ readonly via: Ipv4; readonly port: number }>;
}

/** Of the error that it writes itself. */
const ERROR_TTL = 8;

export function buildForwarder(args: ForwarderArgs | undefined): Forwarder | undefined {
  if (args === undefined) return undefined;
  const { local, port, subnets } = args;
  return { kind: 'tun', local, port, ends: prefixMap(subnets.map((entry) => [entry.subnet, entry])) };
}

/** The program reads what the host has sent by the device. */
export function forwardFromTun(rt: Runtime, device: Device, forwarder: Forwarder | undefined, { packet }: Passage): void {
  const { ns } = device;
  if (forwarder === undefined)
    return recordDrop(rt, ns, packet, 'TUN_NO_READER', () => `no program reads what is sent by ${device.name}`, { device });
  const end = longestMatch(forwarder.ends, packet.dst);
  if (end === undefined) {
    recordDrop(rt, ns, packet, 'IP_OUTNOROUTES', () => `the forwarder behind ${device.name} knows no subnet of ${formatIp(packet.dst)}`, {
      device,
    });
    return refuse(rt, device, packet);
  }
  const inner = hopped(rt, device, packet);
  if (inner === undefined) return;
  const { local, port } = forwarder;
  const outer: IpPacket = {
    ...{ src: local, dst: end.via, ttl: ns.defaultTtl, tos: 0, id: rt.leg, df: true, proto: PROTO.udp },
    l4: { kind: 'udp', sport: port, dport: end.port, length: packetLength(inner), tunnel: { kind: 'UDP', packet: inner } },
  };
  recordTunnel(rt, 'encapsulate', device, packet, { encapsulation: 'UDP', vni: undefined, outer });
  rt.tunnelled.push({ ns, packet: outer, leg: rt.leg, mark: 0, about: undefined, fromClient: false, decision: undefined });
}

/** The program writes to the device what came to its socket. */
export function forwardToTun(rt: Runtime, device: Device, outer: IpPacket, carried: IpPacket): void {
  const packet = hopped(rt, device, carried);
  if (packet === undefined) return;
  recordTunnel(rt, 'decapsulate', device, packet, { encapsulation: 'UDP', vni: undefined, outer });
  write(rt, device, packet, rt.leg);
}

function write(rt: Runtime, device: Device, packet: IpPacket, leg: number): void {
  rt.inFlight.push({ device, frame: { kind: 'ip', src: 0, dst: 0, packet }, leg, waiting: undefined, mark: 0, passage: undefined });
}

function hopped(rt: Runtime, device: Device, packet: IpPacket): IpPacket | undefined {
  if (packet.ttl > 1) return { ...packet, ttl: packet.ttl - 1 };
  recordDrop(
    rt,
    device.ns,
    packet,
    'IP_TTL_EXPIRED',
    () => `its TTL is ${packet.ttl}, and the forwarder behind ${device.name} says nothing`,
    { device },
  );
  return undefined;
}

function refuse(rt: Runtime, device: Device, about: IpPacket): void {
  const own = device.addresses[0]?.ip;
  if (about.l4.kind === 'icmp' || own === undefined) return;
  recordAnswer(rt, device.ns, about, { with: 'icmp', type: 3, code: 0, from: own });
  const l4 = { kind: 'icmp', type: 3, code: 0, id: 0, seq: 0, about, length: 0 } as const;
  const leg = rt.nextLeg++;
  write(rt, device, { src: own, dst: about.src, ttl: ERROR_TTL, tos: 0, id: leg + 1, df: false, proto: PROTO.icmp, l4 }, leg);
}
