/**
 * An IPv6 packet for this host: ip6_input of net/ipv6/ip6_input.c:
 *   INPUT ─┬─► a VXLAN port: the inner frame comes in by its device; path/decapsulate.ts
 *          └─► TCP, UDP, ICMPv6: the sockets, or neighbour discovery; any other protocol is answered 4/1
 * Left out: other tunnels over IPv6, which the plan's readers of links refuse.
 */
import type { Ip } from '../../../base/ip.js';
import { takeIpvsRoute } from '../../ipvs/passage.js';
import type { Device } from '../../namespace.js';
import type { Passage } from '../../netfilter/contract.js';
import { decapsulateDatagram } from '../../path/decapsulate.js';
import { runHook } from '../../path/hook.js';
import { AT_END, reassemble } from '../../path/reassemble.js';
import { recordDrop } from '../../record.js';
import type { Runtime } from '../../runtime.js';
import { receiveTcp } from '../../socket/receive-tcp.js';
import { receiveUdp } from '../../socket/receive-udp.js';
import { receiveSctp } from '../../socket/sctp.js';
import { PARAMETER_PROBLEM, UNKNOWN_NEXT_HEADER } from '../icmp-types.js';
import { sendIcmpv6Error } from './icmp-error.js';
import { leaveForServer6 } from './output.js';
import { receiveIcmpv6 } from './receive-icmpv6.js';

export function deliver6(rt: Runtime, device: Device, passage: Passage): void {
  const { ns } = device;
  if (!runHook(rt, ns, 'input', passage, device, undefined)) return;
  const next = takeIpvsRoute<Ip>(passage);
  if (next !== undefined) return leaveForServer6(rt, ns, passage, next);
  if (passage.packet.fragment !== undefined && !reassemble(rt, passage, { ns, place: AT_END, device })) return;
  const { packet } = passage;
  const { l4 } = packet;
  switch (l4.kind) {
    case 'tcp':
      return receiveTcp(rt, device, passage, l4);
    case 'udp': {
      const tunnels = ns.tunnelPorts.get(l4.dport)?.filter(({ vxlan }) => vxlan?.overIpv6 === true);
      if (tunnels === undefined || tunnels.length === 0) return receiveUdp(rt, device, passage, l4);
      decapsulateDatagram(rt, device, passage, l4, tunnels);
      return;
    }
    case 'icmp':
      return receiveIcmpv6(rt, device, passage, l4);
    case 'sctp':
      return receiveSctp(rt, device, passage, l4);
    case 'tunnel':
    case 'part':
  }
  recordDrop(rt, ns, packet, 'IP_PROTO_UNSUPPORTED', () => `protocol ${packet.proto}`, { device });
  sendIcmpv6Error(rt, ns, passage, { type: PARAMETER_PROBLEM, code: UNKNOWN_NEXT_HEADER, inDevice: device });
}
