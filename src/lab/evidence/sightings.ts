/**
 * Everything that was seen of each packet: frames at taps and passages through hooks, put together by what a packet keeps on its way (IP
 * id, protocol, sequence numbers, flags). A tunnel's outer packet belongs to the packet within.
 */
import type { ArpFrame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { type Decoded, decodeFrame, decodePacket, packetKey } from './decode-frame.js';
import { carriedPacket } from './decode-tunnel.js';
import type { HookRun } from './hook-runs.js';
import { linkUntapped } from './link-untapped.js';
import { linkWireguard, type SeenFrame } from './link-wireguard.js';
import type { RawTap } from './raw-evidence.js';
import { tellTunnels } from './tell-tunnels.js';
import { withoutRepeats } from './without-repeats.js';

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

export function collectSightings(taps: readonly RawTap[], passages: readonly HookRun[], isWireguard: IsWireguard): Sightings {
  const packets = new Map<string, PacketSights>();
  const { frames: decoded, arp } = decodeTaps(taps);
  const { frames, runs } = tellTunnels(withoutRepeats(decoded), passages);
  const inner = new Map([...linkWireguard(frames, isWireguard), ...linkUntapped(frames, runs)]);
  const sightsOf = (key: string): PacketSights => {
    const root = inner.get(key) ?? key;
    const known = packets.get(root) ?? { key: root, taps: [], hooks: [] };
    packets.set(root, known);
    return known;
  };
  for (const { ns, device, dir, stamp, packet, key } of frames) {
    const carried = inner.has(key) ? undefined : carriedPacket(packet);
    if (carried !== undefined) inner.set(key, packetKey(carried));
    sightsOf(key).taps.push({ kind: 'tap', ns, device, dir, stamp, packet, key });
  }
  for (const run of runs) sightsOf(run.before.key).hooks.push(run);
  return { packets: [...packets.values()], arp };
}

type IsWireguard = Parameters<typeof linkWireguard>[1];

function decodeTaps(taps: readonly RawTap[]): { readonly frames: SeenFrame[]; readonly arp: ArpSight[] } {
  const frames: SeenFrame[] = [];
  const arp: ArpSight[] = [];
  for (const tap of taps) {
    const bytes = Buffer.from(tap.bytes, 'hex');
    const decoded = tap.ethernet ? decodeFrame(bytes) : decodeBare(bytes);
    if (decoded === undefined) continue;
    const { frame, key } = decoded;
    const { ns, device, dir, stamp } = tap;
    if (frame.kind === 'arp') arp.push({ tap, frame });
    else if (key !== undefined)
      frames.push({ ns, device, dir, stamp, packet: frame.packet, key, bytes: bytes.subarray(tap.ethernet ? 14 : 0) });
  }
  return { frames, arp };
}

function decodeBare(bytes: Uint8Array): Decoded | undefined {
  const packet = decodePacket(bytes);
  return packet && { frame: { kind: 'ip', src: 0, dst: 0, packet: packet.packet }, key: packet.key };
}
