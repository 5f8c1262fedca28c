/**
 * What IPVS changes in a packet (dnat_handler and snat_handler of each protocol, ip_vs_nat_icmp): the destination on the way to the server,
 * the source on the way back; of an ICMP error, which goes against the packet that it quotes, the outside and the other side inside.
 */
import type { Ip } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { withAddress, withPort } from '../../packet/readdress.js';

export function toServer(packet: IpPacket, ip: Ip, port: number): IpPacket {
  return withEnd(packet, 'dst', ip, port);
}

export function fromService(packet: IpPacket, ip: Ip, port: number): IpPacket {
  return withEnd(packet, 'src', ip, port);
}

function withEnd(packet: IpPacket, side: 'src' | 'dst', ip: Ip, port: number): IpPacket {
  const { l4 } = packet;
  if (l4.kind === 'icmp') {
    if (l4.about === undefined) return packet;
    const about = withEnd(l4.about, side === 'src' ? 'dst' : 'src', ip, port);
    return withAddress(packet, side, ip, { ...l4, about });
  }
  return withAddress(packet, side, ip, withPort(l4, side, port));
}
