/**
 * ICMPv6 for this host (net/ipv6/icmp.c): an echo request is answered from the address it was sent to, unless that is an anycast address
 * or a group; the client's own echo ends the flow; errors become errnos as icmpv6_err_convert says; neighbour discovery. Left out: MLD.
 */
import type { Ipv6 } from '../../../base/ip.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import type { Errno } from '../../../trace/flow-record.js';
import type { Device } from '../../namespace.js';
import type { Passage } from '../../netfilter/contract.js';
import { recordDeliver, recordDrop } from '../../record.js';
import type { Runtime } from '../../runtime.js';
import { endsWithPacket } from '../../socket/flow-state.js';
import { receiveEchoReply, receiveError } from '../../socket/receive-icmp.js';
import { sysctlValue } from '../../sysctl.js';
import {
  ECHO_REPLY6,
  ECHO_REQUEST6,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  PACKET_TOO_BIG,
  PARAMETER_PROBLEM,
  REDIRECT6,
  TIME_EXCEEDED6,
  UNREACHABLE6,
} from '../icmp-types.js';
import { isLinkLocal } from '../address.js';
import { incomingBy, isUnicastHere } from '../route/address-type.js';
import { HOP_LIMIT_OF_ROUTE } from '../stack.js';
import { receiveDiscovery } from '../neigh/receive-discovery.js';
import { routeOutput6 } from '../route/output.js';
import { hearRedirect6 } from './heed-redirect.js';

export function receiveIcmpv6(rt: Runtime, device: Device, passage: Passage, l4: IcmpMessage): void {
  const { packet } = passage;
  switch (l4.type) {
    case NEIGHBOUR_SOLICITATION:
    case NEIGHBOUR_ADVERTISEMENT:
      return receiveDiscovery(rt, device, packet, l4);
    case REDIRECT6:
      return hearRedirect6(rt, device, packet, l4);
    case ECHO_REQUEST6:
      return answerEcho(rt, device, passage, l4);
    case ECHO_REPLY6:
      return receiveEchoReply(rt, device, packet, l4);
    default:
      // Behind the first a fragment does not say whose it is (icmpv6_notify).
      if ((l4.about?.fragment?.offset ?? 0) > 0)
        return recordDrop(rt, device.ns, packet, 'NO_SOCKET', () => 'the error is about a later fragment, which names no socket', {
          device,
        });
      return receiveError(rt, device, packet, l4, icmpv6Errno(l4.type, l4.code));
  }
}

/** icmpv6_echo_reply asks for a way by the device that the request came in by: one must, unless the source is given. */
function answerEcho(rt: Runtime, device: Device, passage: Passage, l4: IcmpMessage): void {
  const { ns } = device;
  const { packet } = passage;
  if (sysctlValue(ns.sysctls, 'net.ipv6.icmp.echo_ignore_all') !== 0) {
    return recordDrop(rt, ns, packet, 'NO_SOCKET', () => 'this host does not answer echo requests', { device });
  }
  recordDeliver(rt, device, packet, undefined);
  const called = packet.dst as Ipv6;
  const asker = packet.src as Ipv6;
  const ends = { localIp: called, localPort: l4.id, remoteIp: asker, remotePort: l4.id };
  rt.flow.servers.push({ ns, listener: undefined, proto: PROTO.icmpv6, ...ends, mark: 0, state: 'open', expects: 0 });
  if (endsWithPacket(rt)) return;
  const src = isUnicastHere(rt, device, called) ? called : 0n;
  const mark = sysctlValue(ns.sysctls, 'net.ipv6.fwmark_reflect') === 0 ? 0 : passage.mark;
  const loose = src !== 0n && !isLinkLocal(asker);
  const decision = routeOutput6(rt, ns, { dst: asker, src, mark, oif: incomingBy(rt, device, called), loose, flow: ECHO_FLOW });
  const leg = rt.nextLeg++;
  const reply: IpPacket = {
    ...{ src: decision.source, dst: asker, ttl: HOP_LIMIT_OF_ROUTE, tos: packet.tos, id: 0, df: true, proto: PROTO.icmpv6 },
    l4: { kind: 'icmp', type: ECHO_REPLY6, code: 0, id: l4.id, seq: l4.seq, length: l4.length },
  };
  rt.outbox.push({ ns, packet: reply, leg, mark, about: undefined, fromClient: false, decision });
}

const ECHO_FLOW = { tos: 0, proto: PROTO.icmpv6, l4: { kind: 'icmp', type: ECHO_REPLY6, code: 0 } } as const;

const UNREACHABLE_ERRNOS: readonly Errno[] = ['ENETUNREACH', 'EACCES', 'EHOSTUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED', 'EACCES', 'EACCES'];

/** Undefined for what no socket hears of. */
function icmpv6Errno(type: number, code: number): Errno | undefined {
  switch (type) {
    case UNREACHABLE6:
      return UNREACHABLE_ERRNOS[code] ?? 'EPROTO';
    case PACKET_TOO_BIG:
      return 'EMSGSIZE';
    case TIME_EXCEEDED6:
      return 'EHOSTUNREACH';
    case PARAMETER_PROBLEM:
      return 'EPROTO';
    default:
      return undefined;
  }
}
