/**
 * UDP: a listener answers one datagram with one, from the address it was called by (as servers with IP_PKTINFO do); the client's
 * socket is connected, so only its peer reaches it; a closed port is answered with ICMP 3/3, or ICMPv6 1/4
 * (net/ipv4/udp.c, net/ipv6/udp.c).
 */
import { formatSocket, type Ip, type Ipv4 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { UdpDatagram } from '../../packet/udp.js';
import { isOwnAddress, isOwnAnycast } from '../ipv6/route/address-type.js';
import { PORT_UNREACHABLE, UNREACHABLE6 } from '../ipv6/icmp-types.js';
import { sendIcmpv6Error } from '../ipv6/path/icmp-error.js';
import type { Device, Listener, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { sendIcmpError, UNREACHABLE } from '../path/icmp-error.js';
import { recordDeliver, recordDrop } from '../record.js';
import { isLocalAddress } from '../route/address-type.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import { answerOf } from './exchange.js';
import { endsWithPacket, isForClient } from './flow-state.js';
import { findListener, givenListener } from './listeners.js';
import { sendDatagram } from './send-datagram.js';

const ANSWER_BYTES = 1;

/** A socket of an earlier flow, which waits for nothing now, has that port. */
function isForKept(rt: Runtime, device: Device, { src, dst }: IpPacket, l4: UdpDatagram): boolean {
  for (const { client } of rt.kept.values()) {
    if (client?.proto === PROTO.udp && isForClient(client, device, src, l4.sport, dst, l4.dport)) return true;
  }
  return false;
}

/** ip6_datagram_send_ctl: a route to this host alone makes no address of IPv6 its own. */
function mayAnswerFrom(rt: Runtime, ns: Namespace, { plan }: Listener, called: Ip): boolean {
  if (typeof called === 'number' || plan.freebind === true || plan.transparent === true) return true;
  if (sysctlValue(ns.sysctls, 'net.ipv6.ip_nonlocal_bind') !== 0) return true;
  return isOwnAddress(rt.ipv6(ns), called) || isOwnAnycast(rt.ipv6(ns), called);
}

/** What was sent to a broadcast address is answered from the address by which this host would call the sender (fib_compute_spec_dst). */
export function receiveUdp(rt: Runtime, device: Device, passage: Passage, l4: UdpDatagram, broadcast = false): void {
  const { packet } = passage;
  const { ns } = device;
  const { src, dst } = packet;
  const { client } = rt.flow;
  if (client?.proto === PROTO.udp && isForClient(client, device, src, l4.sport, dst, l4.dport)) {
    recordDeliver(rt, device, packet, undefined);
    if (client.state !== 'open') return;
    client.state = 'answered';
    rt.flow.answeredBy = rt.flow.servers.find(({ leg }) => leg === rt.leg);
    return;
  }
  if (rt.kept.size > 0 && isForKept(rt, device, packet, l4)) return recordDeliver(rt, device, packet, undefined);
  const listener = givenListener(passage) ?? findListener(ns, PROTO.udp, dst, l4.dport, rt);
  if (listener === undefined) {
    recordDrop(rt, ns, packet, 'NO_SOCKET', () => `UDP ${formatSocket(dst, l4.dport)}`, { device });
    // Its connection is forgotten by now (nf_reset_ct): the error is looked at afresh.
    const forgotten = { ...passage, ct: undefined };
    if (typeof src !== 'number')
      return sendIcmpv6Error(rt, ns, forgotten, { type: UNREACHABLE6, code: PORT_UNREACHABLE, inDevice: device });
    // Routes let nobody answer in another's name (icmp_route_lookup).
    if (isLocalAddress(ns, dst as Ipv4)) sendIcmpError(rt, ns, forgotten, { type: UNREACHABLE, code: 3, inDevice: device });
    return;
  }
  recordDeliver(rt, device, packet, listener.id);
  const ends = { localIp: dst, localPort: listener.port, remoteIp: src, remotePort: l4.sport };
  rt.flow.servers.push({ ns, listener, proto: PROTO.udp, ...ends, mark: 0, state: 'open', leg: rt.nextLeg, expects: 0 });
  if (endsWithPacket(rt) || !mayAnswerFrom(rt, ns, listener, dst)) return;
  const answer = answerOf(rt, listener.id);
  sendDatagram(rt, ns, {
    src: broadcast ? routeOutput(rt, ns, { dst: src as Ipv4, src: 0, mark: 0 }).source : dst,
    dst: src,
    sport: listener.port,
    dport: l4.sport,
    length: answer?.bytes.length ?? ANSWER_BYTES,
    data: answer,
    mark: 0,
    fromClient: false,
    device,
    owner: listener.owner,
  });
}
