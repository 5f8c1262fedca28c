/** UDP datagrams; the payload is plain data of some length, a VXLAN frame (RFC 7348), or that of another tunnel. */
import type { Frame } from './frame.js';
import type { UdpTunnel } from './tunnel.js';

export interface UdpDatagram {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
  /** Payload bytes, tunnel headers included. */
  readonly length: number;
  readonly vxlan?: VxlanPayload;
  readonly tunnel?: UdpTunnel;
}

export interface VxlanPayload {
  readonly vni: number;
  readonly frame: Frame;
}
