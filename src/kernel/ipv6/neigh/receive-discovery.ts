/**
 * A neighbour solicitation or advertisement that reached a host: ndisc_recv_ns and ndisc_recv_na of net/ipv6/ndisc.c. A host answers for
 * an address of the very device that was asked, a router for its anycast addresses and, with proxy_ndp, for what `ip neigh add proxy`
 * lists; a program may answer for addresses of its own. Only who is answered is noted. Left out: proxy_delay (the answer comes at once), the router flag.
 */
import type { Ipv6 } from '../../../base/ip.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import { contradictNeighbour, learnNeighbour } from '../../apply.js';
import type { Device } from '../../namespace.js';
import type { Runtime } from '../../runtime.js';
import { isMulticast6 } from '../address.js';
import { NEIGHBOUR_SOLICITATION } from '../icmp-types.js';
import { selectSource6 } from '../route/source-address.js';
import { sendAdvertisement } from './solicitation.js';
import { speak } from './speaker.js';

export function receiveDiscovery(rt: Runtime, device: Device, packet: IpPacket, message: IcmpMessage): void {
  const { target, linkAddress } = message;
  if (target === undefined || linkAddress === undefined || packet.ttl !== 255) return;
  if (message.type !== NEIGHBOUR_SOLICITATION) {
    if (message.override === true || !contradictNeighbour(rt, device, target, linkAddress))
      learnNeighbour(rt, device, target, linkAddress, false);
    return;
  }
  const asker = packet.src as Ipv6;
  const answer = answerTo(rt, device, target, asker);
  if (device.spoken !== undefined) speak(rt, device, target, { asker, asked: packet.dst as Ipv6 });
  if (answer?.src === undefined) return;
  learnNeighbour(rt, device, asker, linkAddress, true);
  // A static entry says where the asker is, whatever he says himself.
  const mac = device.neighbours.get(asker)?.mac ?? linkAddress;
  // What is proxied, an anycast address and a question to one host alone leave the asker what he knows.
  const override = answer.isOwn && isMulticast6(packet.dst as Ipv6);
  sendAdvertisement(rt, device, { ip: asker, mac }, { target, src: answer.src, override });
}

/** The source of the advertisement, and whether the address is the device's own; undefined when it is none of ours to tell. */
function answerTo(rt: Runtime, device: Device, target: Ipv6, asker: Ipv6): { src: Ipv6 | undefined; isOwn: boolean } | undefined {
  const stack = rt.ipv6(device.ns);
  const own = stack.devices.get(device);
  if (own === undefined) return undefined;
  if (own.addresses.some(({ ip }) => ip === target)) return { src: target, isOwn: true };
  const proxies = stack.forwarding && (stack.proxyNdp || own.proxyNdp) && device.proxies?.has(target) === true;
  return proxies || own.anycast.has(target) ? { src: selectSource6(stack, device, asker), isOwn: false } : undefined;
}
