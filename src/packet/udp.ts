/** UDP datagrams; the payload is plain data of some length, or a VXLAN frame (RFC 7348). */
import type { Frame } from './frame.js';

export interface UdpDatagram {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
  /** Payload bytes. */
  readonly length: number;
  readonly vxlan?: VxlanPayload;
}

export interface VxlanPayload {
  readonly vni: number;
  readonly frame: Frame;
}
