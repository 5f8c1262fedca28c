/**
 * The far end of a tunnel: what INPUT has let through to a tunnel's UDP port or protocol comes in again by the tunnel's device, from the
 * start. VXLAN, Geneve, IPIP and GRE keep the mark of the outer packet (skb_scrub_packet within one namespace).
 */
import { PROTO } from '../../packet/ip-packet.js';
import type { Frame } from '../../packet/frame.js';
import type { IpTunnel } from '../../packet/tunnel.js';
import type { UdpDatagram } from '../../packet/udp.js';
import { learnVxlan } from '../apply.js';
import { type Forwarder, forwardToTun } from '../link/forwarder.js';
import { findIpTunnel } from '../link/ip-tunnel.js';
import { receiveByWireguard, type Wireguard } from '../link/wireguard.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDrop, recordTunnel } from '../record.js';
import type { Runtime } from '../runtime.js';
import { sendIcmpError, UNREACHABLE } from './icmp-error.js';

const PORT_UNREACHABLE = 3;

/** False if the datagram is for a socket after all: a forwarder's is bound to one address. */
export function decapsulateDatagram(rt: Runtime, device: Device, passage: Passage, l4: UdpDatagram, tunnels: readonly Device[]): boolean {
  const [first] = tunnels;
  if (first?.kind === 'vxlan') decapsulateVxlan(rt, device, passage, l4, tunnels);
  else if (first?.kind === 'geneve') decapsulateGeneve(rt, device, passage, l4, tunnels);
  else if (first?.kind === 'wireguard') receiveByWireguard(rt, first, first.tunnel as Wireguard, passage.packet);
  else if (first !== undefined) return decapsulateForwarded(rt, passage, l4, tunnels);
  return true;
}

function decapsulateVxlan(rt: Runtime, device: Device, passage: Passage, l4: UdpDatagram, tunnels: readonly Device[]): void {
  const outer = passage.packet;
  const { ns } = device;
  const six = typeof outer.src === 'bigint';
  const tunnel = tunnels.find(({ vxlan }) => vxlan !== undefined && vxlan.vni === l4.vxlan?.vni && vxlan.overIpv6 === six);
  if (l4.vxlan === undefined || tunnel?.vxlan === undefined) {
    const detail = (): string => (l4.vxlan === undefined ? 'not a VXLAN datagram' : `VNI ${l4.vxlan.vni} on UDP port ${l4.dport}`);
    return recordDrop(rt, ns, outer, 'VXLAN_VNI_NOT_FOUND', detail, { device });
  }
  const { frame, vni } = l4.vxlan;
  // vxlan_set_mac: a frame that claims to be from this very device is a loop.
  if (frame.src === tunnel.mac)
    return recordDrop(rt, ns, outer, 'VXLAN_VNI_NOT_FOUND', () => `the inner frame claims to come from ${tunnel.name}`, { device });
  if (tunnel.vxlan.learning) learnVxlan(rt, tunnel.vxlan, frame.src, outer.src);
  if (frame.kind === 'ip') recordTunnel(rt, 'decapsulate', tunnel, frame.packet, { encapsulation: 'VXLAN', vni, outer });
  comeIn(rt, tunnel, frame, passage);
}

function decapsulateGeneve(rt: Runtime, device: Device, passage: Passage, l4: UdpDatagram, tunnels: readonly Device[]): void {
  const outer = passage.packet;
  const carried = l4.tunnel?.kind === 'Geneve' ? l4.tunnel : undefined;
  const tunnel = tunnels.find(
    (each) => each.tunnel?.kind === 'geneve' && each.tunnel.vni === carried?.vni && each.tunnel.remote === outer.src,
  );
  if (carried === undefined || tunnel === undefined || carried.frame.src === tunnel.mac) {
    const detail = (): string => (carried === undefined ? 'not a Geneve datagram' : `VNI ${carried.vni} on UDP port ${l4.dport}`);
    return recordDrop(rt, device.ns, outer, 'GENEVE_NO_DEVICE', detail, { device });
  }
  const { frame, vni } = carried;
  if (frame.kind === 'ip') recordTunnel(rt, 'decapsulate', tunnel, frame.packet, { encapsulation: 'Geneve', vni, outer });
  comeIn(rt, tunnel, frame, passage);
}

function decapsulateForwarded(rt: Runtime, passage: Passage, l4: UdpDatagram, tunnels: readonly Device[]): boolean {
  const outer = passage.packet;
  const tun = tunnels.find((each) => (each.tunnel as Forwarder).local === outer.dst);
  if (tun === undefined) return false;
  if (l4.tunnel?.kind === 'UDP') forwardToTun(rt, tun, outer, l4.tunnel.packet);
  else
    recordDrop(
      rt,
      tun.ns,
      outer,
      'IP_INNOROUTES',
      () => `the forwarder behind ${tun.name} takes the datagram for a packet, which it is not`,
      { device: tun },
    );
  return true;
}

function comeIn(rt: Runtime, device: Device, frame: Frame, passage: Passage): void {
  const waiting = frame.kind === 'arp' ? passage.packet : undefined;
  rt.inFlight.push({ device, frame, leg: rt.leg, waiting, mark: passage.mark, passage: undefined });
}

/** False where this host has no such tunnels; a packet that none of them takes is answered 3/3 (tunnel4_rcv, gre_rcv). */
export function decapsulatePacket(rt: Runtime, device: Device, passage: Passage, l4: IpTunnel): boolean {
  const { ns } = device;
  const outer = passage.packet;
  const kind = outer.proto === PROTO.ipip ? 'ipip' : 'gre';
  const tunnel = findIpTunnel(ns.ipTunnels, outer, l4);
  if (tunnel === undefined) {
    if (!ns.devices.some((each) => each.kind === kind)) return false;
    recordDrop(rt, ns, outer, 'IP_PROTO_UNSUPPORTED', () => `no ${kind} device takes it`, { device });
    // A packet of GRE has forgotten its connection by now (nf_reset_ct).
    const asked = kind === 'gre' ? { ...passage, ct: undefined } : passage;
    sendIcmpError(rt, ns, asked, { type: UNREACHABLE, code: PORT_UNREACHABLE, inDevice: device });
    return true;
  }
  recordTunnel(rt, 'decapsulate', tunnel, l4.packet, { encapsulation: kind === 'ipip' ? 'IPIP' : 'GRE', vni: undefined, outer });
  comeIn(rt, tunnel, { kind: 'ip', src: 0, dst: 0, packet: l4.packet }, passage);
  return true;
}
