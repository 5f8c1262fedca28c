/**
 * A segment that TCP sends again for want of an answer is another packet of IPv4, with an id of its own; over IPv6 nothing tells it from the first, nor the errors about the one and the
 * other. Of what some device sends again, half a second later or more, and of errors that it sends again, each device's first sight stays: the simulated kernel's clients say
 * everything once.
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import type { SeenFrame } from './link-wireguard.js';

/** Before this no socket sends again what began a connection, ns. */
const PATIENCE = 500_000_000;

export function withoutRepeats(frames: readonly SeenFrame[]): readonly SeenFrame[] {
  const again = new Set<string>();
  const first = new Map<string, number>();
  for (const frame of frames) {
    const { dir, stamp, packet, key } = frame;
    const patience = dir === 'tx' ? patienceFor(packet) : undefined;
    if (patience === undefined) continue;
    const place = placeOf(frame);
    const before = first.get(place);
    if (before === undefined) first.set(place, stamp);
    else if (stamp - before >= patience) again.add(key);
  }
  if (again.size === 0) return frames;
  const seen = new Set<string>();
  return frames.filter((frame) => !again.has(frame.key) || (!seen.has(placeOf(frame)) && seen.add(placeOf(frame))));
}

/** Undefined for what nobody sends again, or what is told apart. */
function patienceFor({ src, l4 }: IpPacket): number | undefined {
  if (typeof src !== 'bigint') return undefined;
  if (l4.kind === 'tcp') return PATIENCE;
  return l4.kind === 'icmp' && l4.about !== undefined ? 0 : undefined;
}

function placeOf({ ns, device, dir, packet, key }: SeenFrame): string {
  return `${ns} ${device} ${dir} ${packet.ttl} ${key}`;
}
