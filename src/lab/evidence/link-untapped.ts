/**
 * A tunnel's outer packet that a rule stopped before any tap saw it: all that is known of it are its headers, at a hook. It belongs to the
 * packet that went into the tunnel there last and fits into it by its length. VXLAN alone, whose overhead is always the same.
 */
import type { HookRun } from './hook-runs.js';
import type { SeenFrame } from './link-wireguard.js';

/** VXLAN's header and the inner frame's. */
const VXLAN_BYTES = 8 + 14;

/** From the keys of such packets to those of the packets within. */
export function linkUntapped(frames: readonly SeenFrame[], runs: readonly HookRun[]): ReadonlyMap<string, string> {
  const tapped = new Set(frames.map(({ key }) => key));
  const links = new Map<string, string>();
  for (const { ns, hook, stamp, before } of runs) {
    const { key, packet } = before;
    const { l4 } = packet;
    if ((hook !== 'output' && hook !== 'postrouting') || l4.kind !== 'udp' || tapped.has(key) || links.has(key)) continue;
    const within = frames.findLast(
      (frame) => frame.ns === ns && frame.dir === 'tx' && frame.stamp <= stamp && lengthOf(frame.bytes) + VXLAN_BYTES === l4.length,
    );
    if (within !== undefined) links.set(key, within.key);
  }
  return links;
}

/** As the IP header says: options of TCP count too. */
function lengthOf(bytes: Uint8Array): number {
  const u16 = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return (bytes[0] ?? 0) >> 4 === 4 ? u16(2) : 40 + u16(4);
}
