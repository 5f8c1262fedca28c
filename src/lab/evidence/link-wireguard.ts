/**
 * Which sealed packet carries which: nothing of the inner packet is left to be recognised, so that a WireGuard device's packet is taken to be
 * in the first datagram of data of the right size that its namespace sent afterwards. It holds while one packet at a time is on its way.
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import { packetBytes } from '../../packet/packet-bytes.js';
import { u8, viewOf } from './wire.js';

/** A frame at a tap, decoded. */
export interface SeenFrame {
  readonly ns: string;
  readonly device: string;
  readonly dir: 'rx' | 'tx';
  readonly stamp: number;
  readonly key: string;
  packet: IpPacket;
  /** Without link-layer header. */
  readonly bytes: Uint8Array;
}

const DATA = 4;
/** Header and authenticator. */
const OVERHEAD = 32;
const BLOCK = 16;

/** By the key of the outer packet, that of the packet within; seen outer packets get it as what they carry. */
export function linkWireguard(
  frames: readonly SeenFrame[],
  isWireguard: (ns: string, device: string) => boolean,
): ReadonlyMap<string, string> {
  const carried = new Map<string, SeenFrame>();
  for (const inner of frames) {
    if (inner.dir !== 'tx' || !isWireguard(inner.ns, inner.device)) continue;
    const length = OVERHEAD + Math.ceil(packetBytes(inner.packet) / BLOCK) * BLOCK;
    const outer = frames.find(
      (one) => one.ns === inner.ns && one.dir === 'tx' && one.stamp >= inner.stamp && !carried.has(one.key) && isData(one, length),
    );
    if (outer !== undefined) carried.set(outer.key, inner);
  }
  for (const frame of frames) {
    const inner = carried.get(frame.key);
    const { l4 } = frame.packet;
    if (inner === undefined || l4.kind !== 'udp') continue;
    frame.packet = { ...frame.packet, l4: { ...l4, tunnel: { kind: 'WireGuard', from: '', to: '', packet: inner.packet } } };
  }
  return new Map([...carried].map(([key, inner]) => [key, inner.key]));
}

function isData({ packet, bytes }: SeenFrame, length: number): boolean {
  const { l4, src } = packet;
  return l4.kind === 'udp' && l4.length === length && u8(viewOf(bytes), (typeof src === 'number' ? 20 : 40) + 8) === DATA;
}
