/**
 * The last stage of every IPv6 packet that a host sends: ip6_finish_output2 of net/ipv6/ip6_output.c. A next hop whose link address is not
 * known is asked for by neighbour discovery; the packet waits.
 */
import { unsupported } from '../../../base/errors.js';
import type { Ipv6 } from '../../../base/ip.js';
import { awaitNeighbour } from '../../apply.js';
import { packetLength } from '../../link/packet-length.js';
import { sendFrame } from '../../link/send-frame.js';
import { sendPacket } from '../../link/send-packet.js';
import type { Device } from '../../namespace.js';
import type { Passage } from '../../netfilter/contract.js';
import { loopBack } from '../../path/transmit.js';
import type { Runtime } from '../../runtime.js';
import { sendSolicitation } from '../neigh/solicitation.js';
import type { Route6 } from '../route/fib.js';

/** `inDevice`: where it came in, unless it was made here. */
export function transmit6(rt: Runtime, device: Device, route: Route6, passage: Passage, inDevice: Device | undefined): void {
  const { packet } = passage;
  if (device.kind === 'lo') return loopBack(rt, device, passage);
  const mtu = mtuOf(route, device);
  if (packetLength(packet) > mtu) {
    const what = `a packet of ${packetLength(packet)} bytes, larger than the MTU ${mtu} of ${device.name}`;
    throw unsupported('ip-fragmentation', `${device.ns.name}: ${what}; fragments are not modelled`);
  }
  const nexthop = route.via ?? (packet.dst as Ipv6);
  if (device.noArp) return sendWithoutAddress(rt, device, passage);
  const neighbour = device.neighbours.get(nexthop);
  if (neighbour !== undefined && neighbour.state !== 'incomplete')
    return sendFrame(rt, device, { kind: 'ip', src: device.mac, dst: neighbour.mac, packet }, passage.mark, undefined);
  const waiting = { passage, device, nexthop, leg: rt.leg, bridged: undefined, inDevice };
  if (awaitNeighbour(rt, waiting)) sendSolicitation(rt, device, nexthop, packet);
}

function sendWithoutAddress(rt: Runtime, device: Device, passage: Passage): void {
  if (device.kind !== 'dummy')
    throw unsupported('ipv6-device', `${device.ns.name}: IPv6 over ${device.name} of kind ${device.kind} is not modelled`);
  sendPacket(rt, device, 0, passage);
}

/** The largest packet a route takes: its own MTU, else the device's, never more than IPv6 can say. */
export function mtuOf(route: Route6, device: Device): number {
  return Math.min(route.mtu ?? device.mtu, 65575);
}
