/**
 * A neighbour solicitation or advertisement that reached a host: ndisc_recv_ns and ndisc_recv_na of net/ipv6/ndisc.c. A host answers for
 * an address of the very device that was asked, a router for its anycast addresses and, with proxy_ndp, for what `ip neigh add proxy`
 * lists. Only who is answered is noted. Left out: proxy_delay (the answer comes at once), the router flag.
 */
import type { Ipv6 } from '../../../base/ip.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import { learnNeighbour } from '../../apply.js';
import type { Device } from '../../namespace.js';
import type { Runtime } from '../../runtime.js';
import { NEIGHBOUR_SOLICITATION } from '../icmp-types.js';
import { selectSource6 } from '../route/source-address.js';
import { sendAdvertisement } from './solicitation.js';

export function receiveDiscovery(rt: Runtime, device: Device, packet: IpPacket, { type, target, linkAddress }: IcmpMessage): void {
  if (target === undefined || linkAddress === undefined || packet.ttl !== 255) return;
  if (type !== NEIGHBOUR_SOLICITATION) return learnNeighbour(rt, device, target, linkAddress, false);
  const asker = packet.src as Ipv6;
  const src = answersFrom(rt, device, target, asker);
  if (src === undefined) return;
  learnNeighbour(rt, device, asker, linkAddress, true);
  // A static entry says where the asker is, whatever he says himself.
  const mac = device.neighbours.get(asker)?.mac ?? linkAddress;
  sendAdvertisement(rt, device, { ip: asker, mac }, target, src);
}

/** The source of the advertisement; undefined when the address is none of ours to tell. */
function answersFrom(rt: Runtime, device: Device, target: Ipv6, asker: Ipv6): Ipv6 | undefined {
  const stack = rt.ipv6(device.ns);
  const own = stack.devices.get(device);
  if (own === undefined) return undefined;
  if (own.addresses.some(({ ip }) => ip === target)) return target;
  const proxies = stack.forwarding && (stack.proxyNdp || own.proxyNdp) && device.proxies?.has(target) === true;
  return proxies || own.anycast.has(target) ? selectSource6(stack, device, asker) : undefined;
}
