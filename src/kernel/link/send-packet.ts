/** A packet leaves by a device that has no link addresses: the tap sees it, then the device does what its kind does. */
import { InvariantError } from '../../base/errors.js';
import type { Ipv4 } from '../../base/ip.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDevice, recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { type Forwarder, forwardFromTun } from './forwarder.js';
import { type IpTunnelDevice, sendByIpTunnel } from './ip-tunnel.js';
import { routeBelow } from './ipvlan.js';
import { firstSegment } from './offload.js';
import { notePathMtu } from './send-frame.js';
import { sendByWireguard, type Wireguard } from './wireguard.js';

/** `nexthop` is where a tunnel without a fixed end goes. The result is what a local sender hears at once. */
export function sendPacket(rt: Runtime, device: Device, nexthop: Ipv4, passage: Passage): Errno | undefined {
  const { packet } = passage;
  recordDevice(rt, 'tx', device, packet);
  if (rt.leg === 0) notePathMtu(rt, device, packet);
  if (!device.up) {
    recordDrop(rt, device.ns, packet, 'DEV_DOWN', () => `${device.name} is down`, { device });
    return undefined;
  }
  switch (device.kind) {
    case 'ipip':
    case 'gre':
      return sendByIpTunnel(rt, device, device.tunnel as IpTunnelDevice, nexthop, passage);
    case 'wireguard':
      return sendByWireguard(rt, device, device.tunnel as Wireguard, cut(passage));
    case 'tun':
      forwardFromTun(rt, device, device.tunnel as Forwarder | undefined, cut(passage));
      return undefined;
    case 'ipvlan':
      routeBelow(rt, device, passage);
      return undefined;
    case 'dummy':
      recordDrop(rt, device.ns, packet, 'DEV_DUMMY', () => `${device.name} is a dummy device`, { device });
      return undefined;
    default:
      throw new InvariantError(`${device.ns.name}: ${device.name}, a ${device.kind}, has link addresses`);
  }
}

/** Into segments, where it must be so. */
function cut(passage: Passage): Passage {
  const packet = firstSegment(passage.packet);
  return packet === passage.packet ? passage : { ...passage, packet };
}
