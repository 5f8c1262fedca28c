/**
 * A packet for this host: ip_local_deliver of net/ipv4/ip_input.c:
 *   INPUT ─┬─► a tunnel's port or protocol: the inner packet comes in by its device; decapsulate.ts
 *          └─► TCP, UDP, ICMP: the sockets; any other protocol is answered 3/2
 * What was sent to a broadcast address only UDP servers answer, from an address of their own: TCP drops it, nobody says anything of a closed
 * port, echo requests are ignored (icmp_echo_ignore_broadcasts).
 */
import { PROTO } from '../../packet/ip-packet.js';
import { takeIpvsRoute } from '../ipvs/passage.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { receiveIcmp } from '../socket/receive-icmp.js';
import { receiveTcp } from '../socket/receive-tcp.js';
import { receiveUdp } from '../socket/receive-udp.js';
import { receiveSctp } from '../socket/sctp.js';
import { decapsulateDatagram, decapsulatePacket } from './decapsulate.js';
import { runHook } from './hook.js';
import { AT_END, reassemble } from './reassemble.js';
import { leaveForServer } from './output.js';
import { isForAll, sendIcmpError, UNREACHABLE } from './icmp-error.js';

export function deliver(rt: Runtime, device: Device, passage: Passage, broadcast = false): void {
  const { ns } = device;
  if (passage.packet.fragment !== undefined && !reassemble(rt, passage, { ns, place: AT_END, device })) return;
  if (!runHook(rt, ns, 'input', passage, device, undefined)) return;
  const next = takeIpvsRoute(passage);
  if (next !== undefined) return leaveForServer(rt, ns, passage, next);
  const { packet } = passage;
  const { l4 } = packet;
  if (broadcast) {
    if (l4.kind === 'udp') return receiveUdp(rt, device, passage, l4, true);
    return recordDrop(rt, ns, packet, 'NO_SOCKET', () => 'sent to a broadcast address, from which nobody answers', { device });
  }
  switch (l4.kind) {
    case 'tcp':
      if (isForAll(rt)) return recordDrop(rt, ns, packet, 'OTHERHOST', () => 'its frame was for all on the link', { device });
      return receiveTcp(rt, device, passage, l4);
    case 'udp': {
      const tunnels = ns.tunnelPorts.get(l4.dport);
      if (tunnels !== undefined && decapsulateDatagram(rt, device, passage, l4, tunnels)) return;
      return receiveUdp(rt, device, passage, l4);
    }
    case 'sctp':
      return receiveSctp(rt, device, passage, l4);
    case 'part':
      break;
    case 'tunnel':
      if (decapsulatePacket(rt, device, passage, l4)) return;
      break;
    case 'icmp':
      if (packet.proto === PROTO.icmp) return receiveIcmp(rt, device, passage, l4);
  }
  recordDrop(rt, ns, packet, 'IP_PROTO_UNSUPPORTED', () => `protocol ${packet.proto}`, { device });
  sendIcmpError(rt, ns, passage, { type: UNREACHABLE, code: 2, inDevice: device });
}
