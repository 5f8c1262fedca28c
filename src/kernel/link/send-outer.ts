/** The outside of a tunnel, on its way before anything else goes on; it is the inner packet's sender's too (skb->sk). */
import type { Ip } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Device } from '../namespace.js';
import { ownerOf } from '../path/passage.js';
import type { OutputDecision } from '../route/output.js';
import type { Runtime } from '../runtime.js';

export function sendOuter(rt: Runtime, tunnel: Device, packet: IpPacket, decision: OutputDecision<Ip>, mark: number): void {
  const owner = ownerOf(rt.sender);
  rt.tunnelled.push({ ns: tunnel.ns, packet, leg: rt.leg, mark, about: undefined, fromClient: false, decision, owner, tunnel });
}
