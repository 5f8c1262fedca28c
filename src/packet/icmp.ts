/** ICMP messages. Echo uses `id` and `seq`; errors quote the packet they are about in `about`. */
import type { Ipv4, Ipv6 } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import type { IpPacket } from './ip-packet.js';

export interface IcmpMessage {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  /** Echo identifier; 0 in errors. */
  readonly id: number;
  readonly seq: number;
  /** Next-hop MTU of a "fragmentation needed" (3/4). */
  readonly mtu?: number;
  /** Of a redirect: the next hop to take. */
  readonly gateway?: Ipv4;
  /** Of neighbour discovery: the address it is about, and the sender's link address. Of a redirect: the next hop to take, and its link address. */
  readonly target?: Ipv6;
  /** Of a redirect of IPv6: for which destination; as it was called when the redirect was made, whatever translation says since. */
  readonly redirected?: Ipv6;
  readonly linkAddress?: Mac;
  /** Of an advertisement: it goes before another link address that is known. */
  readonly override?: boolean;
  /** The packet that an error quotes. */
  readonly about?: IpPacket;
  /** Payload bytes of an echo. */
  readonly length: number;
}
