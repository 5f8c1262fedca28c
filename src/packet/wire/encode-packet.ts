/**
 * Packets and frames as bytes on the wire, with their checksums (IEEE 802.3, 802.1Q; RFC 791, 8200, 9293, 768, 792, 4443, 2784, 7348, 8926). What a packet here does not say is filled in:
 * the bytes of a payload without a meaning are zero; time stamps are zero; and WireGuard's ciphertext is zeros of its length.
 */
import type { Frame } from '../frame.js';
import type { Ipv6 } from '../../base/ip.js';
import { type Fragment, type IpPacket, PROTO } from '../ip-packet.js';
import type { IcmpMessage } from '../icmp.js';
import { icmpBytes } from '../packet-bytes.js';
import type { IpTunnel } from '../tunnel.js';
import type { UdpDatagram } from '../udp.js';
import { ByteWriter } from './byte-writer.js';
import { checksum } from './checksum.js';
import { encodeArp } from './encode-arp.js';
import { encodeSctp } from './encode-sctp.js';
import { encodeTcp } from './encode-tcp.js';

const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd, ethernet: 0x6558 } as const;
const IPV6_FRAGMENT = 44;
const ND_LINK_ADDRESS = { 135: 1, 136: 2 } as const;
const WIREGUARD_DATA = 4;

/** Ethernet II, with IP or ARP in it. */
export function encodeFrame(frame: Frame): Uint8Array {
  const out = new ByteWriter();
  out.mac(frame.dst);
  out.mac(frame.src);
  if (frame.vlan !== undefined) {
    out.u16(ETHERTYPE.vlan);
    out.u16(frame.vlan);
  }
  if (frame.kind === 'arp') {
    out.u16(ETHERTYPE.arp);
    encodeArp(out, frame);
  } else {
    out.u16(typeof frame.packet.src === 'number' ? ETHERTYPE.ipv4 : ETHERTYPE.ipv6);
    out.raw(encodePacket(frame.packet));
  }
  return out.bytes();
}

export function encodePacket(packet: IpPacket): Uint8Array {
  const whole = encodeLayer4(packet);
  const { fragment } = packet;
  const payload = fragment === undefined ? whole : cut(whole, fragment);
  const out = new ByteWriter();
  if (typeof packet.src === 'number') ipv4Header(out, packet, payload.length);
  else ipv6Header(out, packet, payload.length);
  out.raw(payload);
  return out.bytes();
}

/** Where a fragment says more than its packet has bytes here, zeros stand for the payload. */
function cut(whole: Uint8Array, { offset, length }: Fragment): Uint8Array {
  const part = new Uint8Array(length);
  part.set(whole.subarray(offset, offset + length));
  return part;
}

function ipv4Header(out: ByteWriter, packet: IpPacket, length: number): void {
  const { fragment } = packet;
  const flags = (packet.df ? 0x4000 : 0) | (fragment?.more === true ? 0x2000 : 0) | ((fragment?.offset ?? 0) >> 3);
  out.u8(0x45, packet.tos);
  out.u16(20 + length);
  out.u16(packet.id & 0xffff);
  out.u16(flags);
  out.u8(packet.ttl, packet.proto);
  out.u16(0);
  out.ip(packet.src);
  out.ip(packet.dst);
  out.setU16(10, checksum(out.bytes()));
}

function ipv6Header(out: ByteWriter, packet: IpPacket, length: number): void {
  const { fragment } = packet;
  out.u32((6 << 28) | (packet.tos << 20));
  out.u16(length + (fragment === undefined ? 0 : 8));
  out.u8(fragment === undefined ? packet.proto : IPV6_FRAGMENT, packet.ttl);
  out.ip(packet.src);
  out.ip(packet.dst);
  if (fragment === undefined) return;
  out.u8(packet.proto, 0);
  out.u16((fragment.offset & 0xfff8) | (fragment.more ? 1 : 0));
  out.u32(packet.id);
}

function encodeLayer4(packet: IpPacket): Uint8Array {
  const { l4 } = packet;
  const out = new ByteWriter();
  switch (l4.kind) {
    case 'tcp':
      encodeTcp(out, l4);
      out.setU16(16, checksum(out.bytes(), pseudoHeader(packet, out.length)));
      break;
    case 'udp':
      encodeUdp(out, l4);
      // Zero would mean that there is none.
      out.setU16(6, checksum(out.bytes(), pseudoHeader(packet, out.length)) || 0xffff);
      break;
    case 'sctp':
      encodeSctp(out, l4);
      break;
    case 'icmp':
      encodeIcmp(out, packet, l4);
      break;
    case 'tunnel':
      encodeTunnel(out, packet.proto, l4);
      break;
    case 'part':
      return encodeLayer4({ ...packet, l4: l4.of });
  }
  return out.bytes();
}

/** The sum of addresses, protocol and length that stands before the transport header. */
function pseudoHeader({ src, dst, proto }: IpPacket, length: number): number {
  const out = new ByteWriter();
  out.ip(src);
  out.ip(dst);
  out.u16(proto);
  out.u16(length);
  return ~checksum(out.bytes()) & 0xffff;
}

function encodeUdp(out: ByteWriter, udp: UdpDatagram): void {
  const payload = udpPayload(udp);
  out.u16(udp.sport);
  out.u16(udp.dport);
  out.u16(8 + payload.length);
  out.u16(0);
  out.raw(payload);
}

function udpPayload({ vxlan, tunnel, length, data }: UdpDatagram): Uint8Array {
  const out = new ByteWriter();
  if (vxlan !== undefined) {
    out.u32(0x08000000);
    out.u32(vxlan.vni << 8);
    out.raw(encodeFrame(vxlan.frame));
  } else if (tunnel?.kind === 'Geneve') {
    out.u16(0);
    out.u16(ETHERTYPE.ethernet);
    out.u32(tunnel.vni << 8);
    out.raw(encodeFrame(tunnel.frame));
  } else if (tunnel?.kind === 'UDP') out.raw(encodePacket(tunnel.packet));
  else if (tunnel?.kind === 'WireGuard') {
    out.u8(WIREGUARD_DATA, 0, 0, 0);
    out.zeros(length - 4);
  } else if (data === undefined) out.zeros(length);
  else out.raw(data.bytes);
  return out.bytes();
}

function encodeIcmp(out: ByteWriter, packet: IpPacket, icmp: IcmpMessage): void {
  const length = icmpBytes(icmp);
  out.u8(icmp.type, icmp.code);
  out.u16(0);
  if (icmp.about === undefined) echoOrDiscovery(out, icmp);
  else if (icmp.target !== undefined) encodeRedirect6(out, icmp, icmp.about, icmp.target);
  else {
    out.u32(icmp.mtu ?? 0);
    out.raw(encodePacket(icmp.about).subarray(0, length - 8));
  }
  const six = packet.proto === PROTO.icmpv6;
  out.setU16(2, checksum(out.bytes(), six ? pseudoHeader(packet, out.length) : 0));
}

function encodeRedirect6(out: ByteWriter, icmp: IcmpMessage, about: IpPacket, target: Ipv6): void {
  const length = icmpBytes(icmp);
  out.u32(0);
  out.ip(target);
  out.ip(about.dst);
  if (icmp.linkAddress !== undefined) {
    out.u8(ND_LINK_ADDRESS[136], 1);
    out.mac(icmp.linkAddress);
  }
  const bytes = length - out.length;
  out.u8(4, bytes >> 3);
  out.zeros(6);
  out.raw(encodePacket(about).subarray(0, bytes - 8));
}

function echoOrDiscovery(out: ByteWriter, icmp: IcmpMessage): void {
  if (icmp.target === undefined) {
    out.u16(icmp.id);
    out.u16(icmp.seq);
    return out.zeros(icmp.length);
  }
  // An advertisement is solicited.
  out.u32(icmp.type === 136 ? 0x40000000 + (icmp.override === true ? 0x20000000 : 0) : 0);
  out.ip(icmp.target);
  const option = icmp.type === 135 || icmp.type === 136 ? ND_LINK_ADDRESS[icmp.type] : undefined;
  if (option === undefined || icmp.linkAddress === undefined) return;
  out.u8(option, 1);
  out.mac(icmp.linkAddress);
}

function encodeTunnel(out: ByteWriter, proto: number, { key, checksum: hasChecksum, packet }: IpTunnel): void {
  if (proto === PROTO.gre) {
    out.u16((hasChecksum ? 0x8000 : 0) | (key === undefined ? 0 : 0x2000));
    out.u16(typeof packet.src === 'number' ? ETHERTYPE.ipv4 : ETHERTYPE.ipv6);
    if (hasChecksum) out.u32(0);
    if (key !== undefined) out.u32(key);
  }
  out.raw(encodePacket(packet));
  if (proto === PROTO.gre && hasChecksum) out.setU16(4, checksum(out.bytes()));
}
