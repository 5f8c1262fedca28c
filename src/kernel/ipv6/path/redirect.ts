/**
 * Redirects of IPv6: a packet leaves by the device it came in by, so its sender might take the next hop itself (ip6_forward, ndisc_send_redirect of
 * net/ipv6). No sysctl forbids them. The next hop is the packet's destination, or a gateway's link-local address: of other gateways nobody is told. Each
 * costs a second's token of the destination, then one of the sender, which ICMPv6 errors share. Who heeds one: heed-redirect.ts.
 */
import type { Ipv6 } from '../../../base/ip.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import { takeIcmpv6Token } from '../../apply.js';
import type { Device } from '../../namespace.js';
import type { Runtime } from '../../runtime.js';
import { isLinkLocal } from '../address.js';
import { REDIRECT6 } from '../icmp-types.js';
import { discoveryLeg } from '../neigh/solicitation.js';
import type { Route6 } from '../route/fib.js';
import { routeOutput6 } from '../route/output.js';

const PRICE_US = 1_000_000;
export const HOP_LIMIT = 255;
const FLOW = { tos: 0, proto: PROTO.icmpv6, l4: { kind: 'icmp' } } as const;

/** The packet leaves by `device`, by which it came in. */
export function redirectSender6(rt: Runtime, device: Device, packet: IpPacket, route: Route6): void {
  const { ns } = device;
  const stack = rt.ipv6(ns);
  const [src, dst] = [packet.src as Ipv6, packet.dst as Ipv6];
  const pays = (whose: Ipv6): boolean => takeIcmpv6Token(rt, ns, stack.icmpTokens, whose, PRICE_US);
  if (!pays(dst)) return;
  const target = (route.via ?? dst) as Ipv6;
  const from = stack.devices.get(device)?.linkLocal;
  if (from === undefined || (target !== dst && !isLinkLocal(target))) return;
  const way = routeOutput6(rt, ns, { dst: src, src: from, mark: 0, oif: device, flow: FLOW });
  if (way.route === undefined || way.error !== undefined || way.route.via !== undefined || !pays(src)) return;
  const { fragment: _, ...about } = packet;
  const neighbour = device.neighbours.get(target);
  const known = neighbour === undefined || neighbour.state === 'incomplete' ? {} : { linkAddress: neighbour.mac };
  const l4: IcmpMessage = { kind: 'icmp', type: REDIRECT6, code: 0, id: 0, seq: 0, length: 0, target, redirected: dst, about, ...known };
  const told = { src: from, dst: src, ttl: HOP_LIMIT, tos: 0, id: 0, df: true, proto: PROTO.icmpv6, l4 };
  rt.outbox.push({ ns, packet: told, leg: discoveryLeg(rt.leg), mark: 0, about: undefined, fromClient: false, decision: way });
}
