/**
 * IPv6 has no IP id, so that a tunnel's outer packets of one length look alike. Taps see what each carries, and tell them apart by that; hooks see headers
 * alone, and a hook's first passage is taken to be of the first such packet that its namespace received or sent, and so on. VXLAN alone.
 */
import { packetKey } from './decode-frame.js';
import { carriedPacket } from './decode-tunnel.js';
import type { HookRun } from './hook-runs.js';
import type { SeenFrame } from './link-wireguard.js';

interface Told {
  readonly frames: SeenFrame[];
  readonly runs: readonly HookRun[];
}

export function tellTunnels(frames: readonly SeenFrame[], runs: readonly HookRun[]): Told {
  const seen = new Map<string, SeenFrame[]>();
  const told = frames.map((frame) => {
    const carried = typeof frame.packet.src === 'bigint' ? carriedPacket(frame.packet) : undefined;
    if (carried === undefined) return frame;
    const own = { ...frame, key: `${frame.key} ${packetKey(carried)}` };
    const place = `${frame.ns} ${frame.dir} ${frame.key}`;
    seen.set(place, [...(seen.get(place) ?? []), own]);
    return own;
  });
  return { frames: told, runs: seen.size === 0 ? runs : inTurn(runs, seen) };
}

function inTurn(runs: readonly HookRun[], seen: ReadonlyMap<string, readonly SeenFrame[]>): HookRun[] {
  const met = new Map<string, number>();
  return runs.map((run) => {
    const { ns, hook, before, after } = run;
    const passage = `${ns} ${hook} ${before.key}`;
    const turn = met.get(passage) ?? 0;
    met.set(passage, turn + 1);
    const isSent = hook === 'output' || hook === 'postrouting';
    const key = seen.get(`${ns} ${isSent ? 'tx' : 'rx'} ${before.key}`)?.[turn]?.key;
    return key === undefined ? run : { ...run, before: { ...before, key }, after: after === undefined ? undefined : { ...after, key } };
  });
}
