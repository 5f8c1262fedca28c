/**
 * The last stage of every IPv6 packet that a host sends: ip6_finish_output2 of net/ipv6/ip6_output.c. A next hop whose link address is not
 * known is asked for by neighbour discovery; the packet waits.
 */
import { unsupported } from '../../../base/errors.js';
import type { Ipv6 } from '../../../base/ip.js';
import { awaitNeighbour } from '../../apply.js';
import { sendFrame } from '../../link/send-frame.js';
import { sendPacket } from '../../link/send-packet.js';
import type { Device } from '../../namespace.js';
import type { Passage } from '../../netfilter/contract.js';
import { fragmentFor, mustFragment } from '../../path/fragment.js';
import { localMtu, routeMtu } from '../../path/path-mtu.js';
import { loopBack } from '../../path/transmit.js';
import type { Runtime } from '../../runtime.js';
import { doubt } from '../../neigh/verify.js';
import { sendSolicitation } from '../neigh/solicitation.js';
import type { Route6 } from '../route/fib.js';

/** `inDevice`: where it came in, unless it was made here. */
export function transmit6(rt: Runtime, device: Device, route: Route6, passage: Passage, inDevice: Device | undefined): void {
  if (device.kind === 'lo') return loopBack(rt, device, passage);
  const mtu = inDevice === undefined ? localMtu(rt, route, device, passage.packet.dst) : routeMtu(route, device);
  if (!mustFragment(passage, mtu)) return transmitWhole(rt, device, route, passage, inDevice);
  const parts = fragmentFor(rt, device, passage, mtu, inDevice);
  if (typeof parts === 'string') {
    rt.linkError = parts;
    return;
  }
  for (const packet of parts) transmitWhole(rt, device, route, { ...passage, packet }, inDevice);
}

function transmitWhole(rt: Runtime, device: Device, route: Route6, passage: Passage, inDevice: Device | undefined): void {
  const { packet } = passage;
  const nexthop = (route.via ?? packet.dst) as Ipv6;
  if (device.noArp) return sendWithoutAddress(rt, device, passage);
  const neighbour = device.neighbours.get(nexthop);
  if (neighbour !== undefined && neighbour.state !== 'incomplete') {
    if (neighbour.staleUs <= rt.nowUs) doubt(rt, neighbour);
    return sendFrame(rt, device, { kind: 'ip', src: device.mac, dst: neighbour.mac, packet }, passage.mark, undefined);
  }
  const waiting = { passage, device, nexthop, leg: rt.leg, bridged: undefined, inDevice };
  if (awaitNeighbour(rt, waiting)) sendSolicitation(rt, device, nexthop, packet);
}

function sendWithoutAddress(rt: Runtime, device: Device, passage: Passage): void {
  if (device.kind !== 'dummy' && device.kind !== 'wireguard' && !(device.tunnel?.kind === 'gre' && device.tunnel.remote !== 0))
    throw unsupported('ipv6-device', `${device.ns.name}: IPv6 over ${device.name} of kind ${device.kind} is not modelled`);
  rt.linkError = sendPacket(rt, device, 0, passage);
}
