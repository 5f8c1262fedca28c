/**
 * The smallest MTU of the devices that the client's first packet left by, its tunnels' overhead taken off. The devices are those whose
 * taps saw it, their MTUs the plan's; a tunnel whose plan leaves its MTU to the kernel makes it unknown.
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import { packetBytes } from '../../packet/packet-bytes.js';
import type { TraceEvent } from '../../trace/event.js';
import { carriedPacket } from './decode-tunnel.js';
import type { Topology } from './topology.js';

export function pathMtu(events: readonly TraceEvent[], topology: Topology): number | undefined {
  let smallest: number | undefined;
  for (const event of events) {
    if (event.kind !== 'tx' || event.leg !== 0) continue;
    const mtu = topology.mtuOf(event.netns, event.device);
    if (mtu === undefined) return undefined;
    const left = mtu - overhead(event.packet);
    if (smallest === undefined || left < smallest) smallest = left;
  }
  return smallest;
}

/** Of all headers around the packet within. */
function overhead(packet: IpPacket): number {
  const inner = carriedPacket(packet);
  return inner === undefined ? 0 : packetBytes(packet) - packetBytes(inner) + overhead(inner);
}
