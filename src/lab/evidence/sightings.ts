/**
 * Everything that was seen of each packet: frames at taps and passages through hooks, put together by what a packet keeps on its way (IP
 * id, protocol, sequence numbers, flags). A tunnel's outer packet belongs to the packet within.
 */
import type { ArpFrame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { type Decoded, decodeFrame, decodePacket, packetKey } from './decode-frame.js';
import type { HookRun } from './hook-runs.js';
import type { RawTap } from './raw-evidence.js';

export interface TapSight {
  readonly kind: 'tap';
  readonly ns: string;
  readonly device: string;
  readonly dir: 'rx' | 'tx';
  readonly stamp: number;
  readonly packet: IpPacket;
  readonly key: string;
}

export interface ArpSight {
  readonly tap: RawTap;
  readonly frame: ArpFrame;
}

/** One packet of the flow, from its sender to its end. */
export interface PacketSights {
  readonly key: string;
  readonly taps: TapSight[];
  readonly hooks: HookRun[];
}

export interface Sightings {
  readonly packets: readonly PacketSights[];
  readonly arp: readonly ArpSight[];
}

export function collectSightings(taps: readonly RawTap[], runs: readonly HookRun[]): Sightings {
  const packets = new Map<string, PacketSights>();
  const arp: ArpSight[] = [];
  const inner = new Map<string, string>();
  const sightsOf = (key: string): PacketSights => {
    const root = inner.get(key) ?? key;
    const known = packets.get(root) ?? { key: root, taps: [], hooks: [] };
    packets.set(root, known);
    return known;
  };
  for (const tap of taps) {
    const decoded = decodeTap(tap);
    if (decoded === undefined) continue;
    const { frame, key } = decoded;
    if (frame.kind === 'arp') arp.push({ tap, frame });
    else if (key !== undefined) {
      linkTunnel(inner, frame.packet, key);
      const { ns, device, dir, stamp } = tap;
      sightsOf(key).taps.push({ kind: 'tap', ns, device, dir, stamp, packet: frame.packet, key });
    }
  }
  for (const run of runs) sightsOf(run.before.key).hooks.push(run);
  return { packets: [...packets.values()], arp };
}

function decodeTap(tap: RawTap): Decoded | undefined {
  const bytes = Buffer.from(tap.bytes, 'hex');
  if (tap.ethernet) return decodeFrame(bytes);
  const packet = decodePacket(bytes);
  return packet && { frame: { kind: 'ip', src: 0, dst: 0, packet: packet.packet }, key: packet.key };
}

/** From the key of an outer packet to that of the packet within. */
function linkTunnel(inner: Map<string, string>, packet: IpPacket, key: string): void {
  if (packet.l4.kind !== 'udp' || packet.l4.vxlan === undefined || inner.has(key)) return;
  const { frame } = packet.l4.vxlan;
  if (frame.kind === 'ip') inner.set(key, packetKey(frame.packet));
}
