/**
 * The last stage of every packet that a host sends: the next hop's link address (neigh_resolve_output), then the device. Over `lo`
 * a packet comes back with all that the host knows of it. A next hop that is not known is asked for; the packet waits.
 */
import { BROADCAST_MAC } from '../../base/mac.js';
import type { Ip, Ipv4 } from '../../base/ip.js';
import { awaitNeighbour } from '../apply.js';
import { sendFrame } from '../link/send-frame.js';
import { sendPacket } from '../link/send-packet.js';
import type { Device } from '../namespace.js';
import { sendSolicitation } from '../ipv6/neigh/solicitation.js';
import { doubt } from '../neigh/verify.js';
import { sendArpRequest } from '../neigh/arp-request.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDevice } from '../record.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Route } from '../route/fib.js';
import type { Runtime } from '../runtime.js';
import { fragmentFor, mustFragment } from './fragment.js';
import { localMtu, routeMtu } from './path-mtu.js';

/** `inDevice`: where it came in, unless it was made here. The result is what a local sender hears at once. */
export function transmit(rt: Runtime, device: Device, route: Route, passage: Passage, inDevice: Device | undefined): Errno | undefined {
  if (device.kind === 'lo') {
    loopBack(rt, device, passage);
    return undefined;
  }
  if (inDevice === undefined && (route.type === 'broadcast' || passage.packet.dst === EVERYBODY)) loopBackCopy(rt, device, passage);
  const mtu = inDevice === undefined ? localMtu(rt, route, device, passage.packet.dst) : routeMtu(route, device);
  if (!mustFragment(passage, mtu)) return transmitWhole(rt, device, route, passage);
  const parts = fragmentFor(rt, device, passage, mtu, inDevice);
  if (typeof parts === 'string') return parts;
  let errno: Errno | undefined;
  for (const packet of parts) errno = transmitWhole(rt, device, route, { ...passage, packet }) ?? errno;
  return errno;
}

/** 255.255.255.255. */
const EVERYBODY = -1;

/** Of a broadcast this host hears too, as if by the device that it leaves by (ip_mc_output, dev_loopback_xmit). */
function loopBackCopy(rt: Runtime, device: Device, passage: Passage): void {
  const frame = { kind: 'ip', src: 0, dst: BROADCAST_MAC, packet: passage.packet } as const;
  rt.inFlight.push({ device, frame, leg: rt.leg, waiting: undefined, mark: passage.mark, passage: { ...passage } });
}

function transmitWhole(rt: Runtime, device: Device, route: Route, passage: Passage): Errno | undefined {
  const { packet } = passage;
  const nexthop = route.via ?? packet.dst;
  if (device.noArp) return sendPacket(rt, device, typeof nexthop === 'number' ? nexthop : (packet.dst as Ipv4), passage);
  if (route.type === 'broadcast' || packet.dst === EVERYBODY)
    sendFrame(rt, device, { kind: 'ip', src: device.mac, dst: BROADCAST_MAC, packet }, passage.mark, undefined);
  else sendToNeighbour(rt, device, nexthop, passage);
  return undefined;
}

export function sendToNeighbour(rt: Runtime, device: Device, nexthop: Ip, passage: Passage): void {
  const { packet } = passage;
  const neighbour = device.neighbours.get(nexthop);
  if (neighbour !== undefined && neighbour.state !== 'incomplete') {
    if (neighbour.staleUs <= rt.nowUs) doubt(rt, neighbour);
    return sendFrame(rt, device, { kind: 'ip', src: device.mac, dst: neighbour.mac, packet }, passage.mark, undefined);
  }
  if (!awaitNeighbour(rt, { passage, device, nexthop, leg: rt.leg, bridged: undefined })) return;
  if (typeof nexthop === 'number') sendArpRequest(rt, device, nexthop, packet);
  else sendSolicitation(rt, device, nexthop, packet);
}

export function loopBack(rt: Runtime, device: Device, passage: Passage): void {
  const { packet } = passage;
  recordDevice(rt, 'tx', device, packet);
  rt.inFlight.push({ device, frame: { kind: 'ip', src: 0, dst: 0, packet }, leg: rt.leg, waiting: undefined, mark: passage.mark, passage });
}
