/**
 * A redirect of IPv6 as the host that sent the packet heeds it (ndisc_redirect_rcv, rt6_do_redirect, ip6_redirect of net/ipv6): no router does, and no
 * device that accepts none. A connection heeds whoever names another way, an echo its present gateway alone, and a datagram that too, but only where its
 * socket is bound to the device (ip6_redirect_nh_match). It holds for one destination and all that is sent there. Left out: ageing.
 */
import type { Ipv6 } from '../../../base/ip.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import { learnNeighbour, touch } from '../../apply.js';
import type { Device } from '../../namespace.js';
import { recordDeliver } from '../../record.js';
import type { Runtime } from '../../runtime.js';
import { isOurs } from '../../socket/heed-too-big.js';
import { isLinkLocal } from '../address.js';
import { deviceConf6 } from '../conf.js';
import { routeOutput6 } from '../route/output.js';
import { HOP_LIMIT } from './redirect.js';

export function hearRedirect6(rt: Runtime, device: Device, packet: IpPacket, message: IcmpMessage): void {
  const { ns } = device;
  const { about, target, redirected, linkAddress } = message;
  if (about === undefined || target === undefined || redirected === undefined) return;
  if (packet.ttl !== HOP_LIMIT || !isLinkLocal(packet.src as Ipv6)) return;
  recordDeliver(rt, device, packet, undefined);
  if (deviceConf6(device, 'forwarding') !== 0 || deviceConf6(device, 'accept_redirects') === 0) return;
  if (target !== redirected && !isLinkLocal(target)) return;
  if (!isOurs(rt, ns, about, rt.flow.client) || !believes(rt, device, packet, about)) return;
  if (linkAddress !== undefined) learnNeighbour(rt, device, target, linkAddress, true);
  rt.watch.noteRare();
  rt.ipv6(ns).redirects.set(redirected, { target, device });
  touch(rt, ns);
}

/** Whether the socket that sent the packet takes the redirect's sender for somebody who may say so. */
function believes(rt: Runtime, device: Device, { src }: IpPacket, about: IpPacket): boolean {
  if (about.proto === PROTO.tcp || about.proto === PROTO.sctp) return true;
  if (about.proto === PROTO.udp && rt.flow.client?.options.device !== device) return false;
  const { route } = routeOutput6(rt, device.ns, { dst: about.dst as Ipv6, src: about.src as Ipv6, mark: 0 });
  return route?.via === src && route.device === device;
}
