/**
 * Packets in tcpdump's own text, as `tcpdump -n` prints them less the time stamp (seen with 4.99): print-ip.c, print-tcp.c, print-udp.c,
 * print-vxlan.c, print-otv.c, print-geneve.c, print-gre.c, print-arp.c. A tunnelled frame stands on a line of its own, as there; on port 8472 tcpdump calls VXLAN
 * by the name of another protocol with the same header, OTV. Sequence numbers are relative to the first, as tcpdump's are after the
 * handshake. Left out: TCP options other than the MSS, and payloads
 * other than DNS, which are a few bytes without meaning here.
 */
import { formatIp, type Ip } from '../base/ip.js';
import { formatMac } from '../base/mac.js';
import { formatIcmp } from './format-icmp.js';
import { formatSctp } from './format-sctp.js';
import type { ArpFrame, Frame } from './frame.js';
import { type Fragment, type IpPacket, PROTO } from './ip-packet.js';
import { ARP_BYTES } from './packet-bytes.js';
import type { TcpSegment } from './tcp.js';
import { tcpWindow } from './tcp-window.js';
import type { IpTunnel } from './tunnel.js';
import type { UdpDatagram } from './udp.js';

const OTV_PORT = 8472;
/** tcpdump names the payload by these ports. */
const HTTP_PORTS: readonly number[] = [80, 8080];
const DNS_PORT = 53;
/** `IP 10.244.1.2.40000 > 10.244.2.3.80: Flags [S], seq 0, win 64860, options [mss 1410], length 0` */
export function formatPacket(packet: IpPacket): string {
  const { l4 } = packet;
  const family = typeof packet.src === 'number' ? 'IP' : 'IP6';
  if (l4.kind === 'part') return formatPacket({ ...packet, l4: l4.of });
  if (packet.fragment !== undefined) return formatFragment(packet, packet.fragment);
  if (l4.kind === 'icmp') return `${family} ${formatIp(packet.src)} > ${formatIp(packet.dst)}: ${formatIcmp(packet, l4)}`;
  if (l4.kind === 'tunnel') return `${family} ${formatIp(packet.src)} > ${formatIp(packet.dst)}: ${formatIpTunnel(packet.proto, l4)}`;
  const addresses = `${family} ${end(packet.src, l4.sport)} > ${end(packet.dst, l4.dport)}`;
  if (l4.kind === 'sctp') return `${addresses}: ${formatSctp(l4)}`;
  return `${addresses}: ${l4.kind === 'tcp' ? formatTcp(l4) : formatUdp(l4)}`;
}

/** The first shows what it begins with, the others only that they belong to something; IPv6 says where it stands (print-frag6.c). */
function formatFragment(packet: IpPacket, { offset, length }: Fragment): string {
  const { fragment: _, ...whole } = packet;
  if (typeof packet.src === 'number') {
    if (offset === 0) return formatPacket(whole);
    return `IP ${formatIp(packet.src)} > ${formatIp(packet.dst)}: ip-proto-${packet.proto}`;
  }
  const place = `frag (${offset}|${length})`;
  if (offset > 0) return `IP6 ${formatIp(packet.src)} > ${formatIp(packet.dst)}: ${place}`;
  const text = formatPacket(whole);
  return text.replace(
    /^(IP6 )(\S+) > (\S+): /,
    (_all, six: string) => `${six}${formatIp(packet.src)} > ${formatIp(packet.dst)}: ${place} `,
  );
}

/** A frame as tcpdump prints it without -e: the packet alone. */
export function formatFrame(frame: Frame): string {
  return frame.kind === 'ip' ? formatPacket(frame.packet) : formatArp(frame);
}

/** tcpdump joins address and port with a dot, for IPv6 too. */
function end(ip: Ip, port: number): string {
  return `${formatIp(ip)}.${port}`;
}

function formatTcp(tcp: TcpSegment): string {
  const { flags, length } = tcp;
  const parts = [`Flags [${flags}]`];
  if (length > 0) parts.push(`seq ${tcp.seq}:${tcp.seq + length}`);
  else if (/[SFR]/.test(flags)) parts.push(`seq ${tcp.seq}`);
  if (flags.includes('.')) parts.push(`ack ${tcp.ack}`);
  parts.push(`win ${tcpWindow(tcp)}`);
  if (tcp.mss !== undefined) parts.push(`options [mss ${tcp.mss}]`);
  const payload = length > 0 && (HTTP_PORTS.includes(tcp.sport) || HTTP_PORTS.includes(tcp.dport)) ? ': HTTP' : '';
  const said = tcp.data !== undefined && isDns(tcp) ? ` ${tcp.data.text}` : '';
  return `${parts.join(', ')}, length ${length}${said}${payload}`;
}

function isDns({ sport, dport }: { readonly sport: number; readonly dport: number }): boolean {
  return sport === DNS_PORT || dport === DNS_PORT;
}

function formatUdp(udp: UdpDatagram): string {
  // tcpdump cannot look into WireGuard, and does not know what a forwarder's port means.
  if (udp.tunnel?.kind === 'Geneve') return `Geneve, Flags [none], vni 0x${udp.tunnel.vni.toString(16)}: ${formatFrame(udp.tunnel.frame)}`;
  if (udp.data !== undefined && isDns(udp)) return udp.data.text;
  if (udp.vxlan === undefined) return `UDP, length ${udp.length}`;
  const { vni, frame } = udp.vxlan;
  const header = udp.dport === OTV_PORT ? `OTV, flags [I] (0x08), overlay 0, instance ${vni}` : `VXLAN, flags [I] (0x08), vni ${vni}`;
  return `${header}\n${formatFrame(frame)}`;
}

/** The inner packet goes on in the same line; GRE (print-gre.c) says its own length first. */
function formatIpTunnel(proto: number, tunnel: IpTunnel): string {
  const inner = formatPacket(tunnel.packet);
  if (proto === PROTO.ipip) return inner;
  const key = tunnel.key === undefined ? '' : `, key=0x${tunnel.key.toString(16)}`;
  return `GREv0${tunnel.checksum ? ', off 0x0' : ''}${key}, length ${tunnel.length}: ${inner}`;
}

function formatArp(arp: ArpFrame): string {
  const sender = formatIp(arp.senderIp);
  if (arp.op === 'reply') return `ARP, Reply ${sender} is-at ${formatMac(arp.senderMac)}, length ${ARP_BYTES}`;
  const known = arp.targetMac === 0 ? '' : ` (${formatMac(arp.targetMac)})`;
  return `ARP, Request who-has ${formatIp(arp.targetIp)}${known} tell ${sender}, length ${ARP_BYTES}`;
}
