/** UDP datagrams; the payload is plain data of some length, what an application says, a VXLAN frame (RFC 7348), or that of another tunnel. */
import type { Frame } from './frame.js';
import type { Payload } from './payload.js';
import type { UdpTunnel } from './tunnel.js';

export interface UdpDatagram {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
  /** Payload bytes, tunnel headers included. */
  readonly length: number;
  readonly vxlan?: VxlanPayload;
  readonly tunnel?: UdpTunnel;
  readonly data?: Payload | undefined;
}

export interface VxlanPayload {
  readonly vni: number;
  readonly frame: Frame;
}
