/**
 * Neighbour discovery (net/ipv6/ndisc.c, RFC 4861): a solicitation to the group of those whose address ends alike, and the advertisement
 * that answers it. Both are packets of this host and pass OUTPUT and POSTROUTING of ip6tables, untracked. They belong to no leg of the
 * flow. Left out: routers and prefixes (router advertisements), redirects, duplicate address detection, unicast probes of old entries.
 */
import type { Ip, Ipv6 } from '../../../base/ip.js';
import type { Mac } from '../../../base/mac.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import { awaitNeighbour } from '../../apply.js';
import { sendFrame } from '../../link/send-frame.js';
import type { Device } from '../../namespace.js';
import { KERNEL_SOCKET, type Passage } from '../../netfilter/contract.js';
import { runHook } from '../../path/hook.js';
import { newPassage } from '../../path/passage.js';
import type { OutputDecision } from '../../route/output.js';
import type { Runtime } from '../../runtime.js';
import { groupMac, solicitedNode } from '../address.js';
import { NEIGHBOUR_ADVERTISEMENT, NEIGHBOUR_SOLICITATION } from '../icmp-types.js';

/** What nothing but the link may have sent. */
const HOP_LIMIT = 255;
/** Beyond the header: the target, and an option with the sender's link address. */
const BODY_BYTES = 24;

/** `waiting` is the packet that needs the answer: its source asks if it is of this device, else the device's link-local address. */
/** `known` is the link address at which alone it is asked for. */
export function sendSolicitation(rt: Runtime, device: Device, target: Ipv6, waiting: IpPacket | undefined, known?: Mac): void {
  const own = rt.ipv6(device.ns).devices.get(device);
  const asker = own?.addresses.some(({ ip }) => ip === waiting?.src) ? (waiting?.src as Ipv6) : own?.linkLocal;
  if (asker === undefined) return;
  rt.counters.arpExchanges++;
  if (known !== undefined) return send(rt, device, message(asker, target, NEIGHBOUR_SOLICITATION, target, device.mac), known);
  const group = solicitedNode(target);
  send(rt, device, message(asker, group, NEIGHBOUR_SOLICITATION, target, device.mac), groupMac(group));
}

export function sendAdvertisement(
  rt: Runtime,
  device: Device,
  to: { readonly ip: Ipv6; readonly mac: Mac },
  about: { readonly target: Ipv6; readonly src: Ipv6; readonly override: boolean },
): void {
  send(rt, device, advertisement(device, about, to.ip), to.mac);
}

export function advertisement(
  device: Device,
  about: { readonly target: Ipv6; readonly src: Ipv6; readonly override: boolean },
  to: Ipv6,
): IpPacket {
  const packet = message(about.src, to, NEIGHBOUR_ADVERTISEMENT, about.target, device.mac);
  return { ...packet, l4: { ...(packet.l4 as IcmpMessage), override: about.override } };
}

function message(src: Ipv6, dst: Ipv6, type: number, target: Ipv6, linkAddress: Mac): IpPacket {
  const l4: IcmpMessage = { kind: 'icmp', type, code: 0, id: 0, seq: 0, length: BODY_BYTES, target, linkAddress };
  return { src, dst, ttl: HOP_LIMIT, tos: 0, id: 0, df: true, proto: PROTO.icmpv6, l4 };
}

function send(rt: Runtime, device: Device, packet: IpPacket, dst: Mac): void {
  const { leg, frame } = rt;
  rt.leg = discoveryLeg(leg);
  // It has no frame yet, whatever it answers.
  rt.frame = undefined;
  const passage = newPassage(packet, 0);
  passage.uid = KERNEL_SOCKET;
  rt.sender = passage;
  rt.rerouted = undefined;
  if (runHook(rt, device.ns, 'output', passage, undefined, device)) {
    const way = rt.rerouted as OutputDecision<Ip> | undefined;
    if (way !== undefined) sendElsewhere(rt, way, passage);
    else if (runHook(rt, device.ns, 'postrouting', passage, undefined, device)) {
      sendFrame(rt, device, { kind: 'ip', src: device.mac, dst, packet: passage.packet }, passage.mark, undefined);
    }
  }
  rt.leg = leg;
  rt.frame = frame;
}

/** A rule of OUTPUT changed what routes ask for: an advertisement goes as any packet would, be it to a gateway. */
function sendElsewhere(rt: Runtime, { device, route }: OutputDecision<Ip>, passage: Passage): void {
  if (route === undefined || device.kind === 'lo' || !runHook(rt, device.ns, 'postrouting', passage, undefined, device)) return;
  const { packet, mark } = passage;
  const nexthop = (route.via ?? packet.dst) as Ipv6;
  const known = device.neighbours.get(nexthop);
  if (known !== undefined && known.state !== 'incomplete') {
    return sendFrame(rt, device, { kind: 'ip', src: device.mac, dst: known.mac, packet }, mark, undefined);
  }
  const waiting = { passage, device, nexthop, leg: rt.leg, bridged: undefined, inDevice: undefined };
  if (awaitNeighbour(rt, waiting)) sendSolicitation(rt, device, nexthop, packet);
}

/** Negative, so that nobody takes it for a packet of the flow; even where it serves the way there, as those of the client are. */
export function discoveryLeg(leg: number): number {
  return leg % 2 === 0 ? -2 : -1;
}
