/** What policy rules may ask of the socket that a probe opens. */
import { PROTO } from '../../packet/ip-packet.js';
import type { Probe } from '../contract.js';
import { type FlowSource, socketFlow } from '../route/policy-rule.js';
import { protocolNumber } from './listeners.js';

export function probeFlow({ tos, proto, sport = 0, dport = 0, uid }: Probe, six: boolean): FlowSource {
  if (proto === 'icmp') return socketFlow(tos ?? 0, six ? PROTO.icmpv6 : PROTO.icmp, { sport: 0, dport: 0 }, uid);
  return socketFlow(tos ?? 0, protocolNumber(proto), { sport, dport }, uid);
}
