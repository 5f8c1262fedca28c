/** Lengths on the wire, as far as MTUs ask: IPv4 and L4 headers with the options Linux sends, payload, tunnels. */
import type { IpPacket } from '../../packet/ip-packet.js';

/** Outer IPv4, UDP and VXLAN headers, and the inner Ethernet header. */
const VXLAN_OVERHEAD = 50;
const IPV4_HEADER = 20;

export function packetLength(packet: IpPacket): number {
  const { l4 } = packet;
  switch (l4.kind) {
    case 'tcp':
      // A SYN carries MSS, SACK, timestamps and window scale; later segments timestamps.
      return IPV4_HEADER + 20 + (l4.mss === undefined ? 12 : 20) + l4.length;
    case 'udp':
      return IPV4_HEADER + 8 + (l4.vxlan === undefined ? l4.length : 22 + framePayload(l4.vxlan.frame));
    case 'icmp':
      // An error quotes at most what makes it 576 bytes long.
      return IPV4_HEADER + 8 + (l4.about === undefined ? l4.length : Math.min(packetLength(l4.about), 548));
  }
}

function framePayload(frame: { readonly kind: string; readonly packet?: IpPacket }): number {
  return frame.packet === undefined ? 28 : packetLength(frame.packet);
}

/** How many bytes of a device's MTU the tunnels around the innermost packet take. */
export function tunnelOverhead(packet: IpPacket): number {
  let overhead = 0;
  let inner: IpPacket | undefined = packet;
  while (inner !== undefined && inner.l4.kind === 'udp' && inner.l4.vxlan !== undefined) {
    overhead += VXLAN_OVERHEAD;
    const frame: { readonly packet?: IpPacket } = inner.l4.vxlan.frame as { readonly packet?: IpPacket };
    inner = frame.packet;
  }
  return overhead;
}
