/** What policy rules may ask of the socket that a probe opens, and the type of service that it has. */
import { PROTO } from '../../packet/ip-packet.js';
import type { Probe } from '../contract.js';
import { type FlowSource, socketFlow } from '../route/policy-rule.js';
import { protocolNumber } from './listeners.js';

const ECN_MASK = 3;

export function probeFlow({ tos, proto, sport = 0, dport = 0, uid }: Probe, six: boolean): FlowSource {
  if (proto === 'icmp') return socketFlow(tos ?? 0, six ? PROTO.icmpv6 : PROTO.icmp, { sport: 0, dport: 0 }, uid);
  return socketFlow(socketTos(proto, tos), protocolNumber(proto), { sport, dport }, uid);
}

/** What IP_TOS and IPV6_TCLASS leave of a value: the bits of congestion are TCP's own (__ip_sock_set_tos). */
export function socketTos(proto: Probe['proto'], tos = 0): number {
  return proto === 'tcp' ? tos & ~ECN_MASK : tos;
}
