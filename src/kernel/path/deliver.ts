/**
 * A packet for this host: ip_local_deliver of net/ipv4/ip_input.c:
 *   INPUT ─┬─► VXLAN port: the inner frame comes in by the tunnel's device, with the mark of the outer packet
 *          └─► TCP, UDP, ICMP: the sockets; any other protocol is answered 3/2
 */
import type { Ipv4 } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { UdpDatagram } from '../../packet/udp.js';
import { learnVxlan } from '../apply.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDrop, recordTunnel } from '../record.js';
import type { Runtime } from '../runtime.js';
import { receiveIcmp } from '../socket/receive-icmp.js';
import { receiveTcp } from '../socket/receive-tcp.js';
import { receiveUdp } from '../socket/receive-udp.js';
import { runHook } from './hook.js';
import { sendIcmpError, UNREACHABLE } from './icmp-error.js';

export function deliver(rt: Runtime, device: Device, passage: Passage): void {
  const { ns } = device;
  if (!runHook(rt, ns, 'input', passage, device, undefined)) return;
  const { packet } = passage;
  const { l4 } = packet;
  switch (l4.kind) {
    case 'tcp':
      return receiveTcp(rt, device, passage, l4);
    case 'udp': {
      const tunnels = ns.vxlanPorts.get(l4.dport);
      if (tunnels !== undefined) return decapsulate(rt, device, passage, l4, tunnels);
      return receiveUdp(rt, device, passage, l4);
    }
    case 'icmp':
      if (packet.proto === PROTO.icmp) return receiveIcmp(rt, device, passage, l4);
  }
  recordDrop(rt, ns, packet, 'IP_PROTO_UNSUPPORTED', () => `protocol ${packet.proto}`, { device });
  sendIcmpError(rt, ns, passage, { type: UNREACHABLE, code: 2, inDevice: device });
}

function decapsulate(rt: Runtime, device: Device, passage: Passage, l4: UdpDatagram, tunnels: readonly Device[]): void {
  const outer = passage.packet;
  const { ns } = device;
  const tunnel = tunnels.find((candidate) => candidate.vxlan?.vni === l4.vxlan?.vni);
  if (l4.vxlan === undefined || tunnel?.vxlan === undefined) {
    const detail = (): string => (l4.vxlan === undefined ? 'not a VXLAN datagram' : `VNI ${l4.vxlan.vni} on UDP port ${l4.dport}`);
    return recordDrop(rt, ns, outer, 'VXLAN_VNI_NOT_FOUND', detail, { device });
  }
  const { frame, vni } = l4.vxlan;
  // vxlan_set_mac: a frame that claims to be from this very device is a loop.
  if (frame.src === tunnel.mac)
    return recordDrop(rt, ns, outer, 'VXLAN_VNI_NOT_FOUND', () => `the inner frame claims to come from ${tunnel.name}`, { device });
  if (tunnel.vxlan.learning) learnVxlan(rt, tunnel.vxlan, frame.src, outer.src as Ipv4);
  if (frame.kind === 'ip') recordTunnel(rt, 'decapsulate', tunnel, frame.packet, { encapsulation: 'VXLAN', vni, outer });
  const waiting = frame.kind === 'arp' ? outer : undefined;
  rt.inFlight.push({ device: tunnel, frame, leg: rt.leg, waiting, mark: passage.mark, passage: undefined });
}
