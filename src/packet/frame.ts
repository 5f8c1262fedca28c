/** Ethernet II frames, with or without a VLAN tag (802.1Q), and ARP (RFC 826). */
import type { Ipv4 } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import type { IpPacket } from './ip-packet.js';

export type Frame = IpFrame | ArpFrame;

export interface IpFrame {
  readonly kind: 'ip';
  readonly src: Mac;
  readonly dst: Mac;
  /** The id of a VLAN tag. */
  readonly vlan?: number;
  readonly packet: IpPacket;
}

export interface ArpFrame {
  readonly kind: 'arp';
  readonly src: Mac;
  readonly dst: Mac;
  readonly vlan?: number;
  readonly op: 'request' | 'reply';
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}
