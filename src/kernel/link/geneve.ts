/**
 * Geneve devices (drivers/net/geneve.c): one remote end, to which every frame goes in a UDP datagram; a frame comes in by the device whose VNI
 * and remote end are the datagram's. The outer source port is a hash of the inner flow. The answers of Linux 6.1 are in fixtures/kernel/links. Left
 * out: options, and what does not fit the way to the end (fragments).
 */
import type { Ipv4 } from '../../base/ip.js';
import type { Frame } from '../../packet/frame.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Device } from '../namespace.js';
import { recordDrop, recordTunnel } from '../record.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { packetLength } from './packet-length.js';
import type { Geneve } from './tunnel.js';
import { flowPort } from './vxlan.js';
import { sendOuter } from './send-outer.js';

const GENEVE_HEADER = 8;
const ETHERNET_HEADER = 14;
const ARP_BYTES = 28;

export function sendByGeneve(rt: Runtime, device: Device, geneve: Geneve, frame: Frame, mark: number): void {
  const { ns } = device;
  const inner = frame.kind === 'ip' ? frame.packet : undefined;
  const decision = routeOutput(rt, ns, { dst: geneve.remote, src: 0, mark });
  if (decision.route === undefined || decision.error !== undefined || decision.device === device) {
    if (inner !== undefined) recordDrop(rt, ns, inner, 'IP_OUTNOROUTES', () => `${device.name} has no route to its remote`, { device });
    return;
  }
  rt.watch.noteMixed();
  const outer = wrap(device, geneve, frame, decision.source, rt.leg);
  if (inner !== undefined) recordTunnel(rt, 'encapsulate', device, inner, { encapsulation: 'Geneve', vni: geneve.vni, outer });
  sendOuter(rt, device, outer, decision, mark);
}

function wrap(device: Device, geneve: Geneve, frame: Frame, src: Ipv4, id: number): IpPacket {
  const { vni, dstport, ttl, df, remote } = geneve;
  const length = GENEVE_HEADER + ETHERNET_HEADER + (frame.kind === 'ip' ? packetLength(frame.packet) : ARP_BYTES);
  return {
    ...{ src, dst: remote, ttl: ttl === 0 ? device.ns.defaultTtl : ttl, tos: 0, id, df, proto: PROTO.udp },
    l4: { kind: 'udp', sport: flowPort(frame, 1, 65535), dport: dstport, length, tunnel: { kind: 'Geneve', vni, frame } },
  };
}
