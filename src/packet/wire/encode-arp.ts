/** ARP for Ethernet and IPv4 (RFC 826). */
import type { ArpFrame } from '../frame.js';
import type { ByteWriter } from './byte-writer.js';

const [ETHERNET, IPV4] = [1, 0x0800];

export function encodeArp(out: ByteWriter, arp: ArpFrame): void {
  out.u16(ETHERNET);
  out.u16(IPV4);
  out.u8(6, 4);
  out.u16(arp.op === 'request' ? 1 : 2);
  out.mac(arp.senderMac);
  out.ip(arp.senderIp);
  out.mac(arp.targetMac);
  out.ip(arp.targetIp);
}
