/**
 * The order in which a packet met taps and hooks. Taps have stamps of one clock; hooks have none, and are put between the taps of their
 * namespace where Linux has them: PREROUTING behind the tap it came in by (with br_netfilter between a bridge's port and the bridge),
 * FORWARD, OUTPUT and POSTROUTING before the tap it leaves by.
 */
import type { HookRun } from './hook-runs.js';
import type { PacketSights, TapSight } from './sightings.js';

export interface Sight {
  readonly ns: string;
  readonly tap: TapSight | undefined;
  readonly hook: HookRun | undefined;
  /** Its skb: a tunnel's outer packet is another than the packet within. */
  readonly key: string;
}

interface Placed extends Sight {
  readonly stamp: number;
  /** Hooks before the tap they lead to, and behind the tap they follow. */
  readonly side: number;
}

export interface Devices {
  /** Namespaces in which br_netfilter hands bridged packets to iptables. */
  bridgeCalls(ns: string): boolean;
  peerOf(ns: string, device: string): string | undefined;
}

export function orderSights(sights: PacketSights, devices: Devices): readonly Sight[] {
  const groups = new Map<string, { taps: TapSight[]; hooks: HookRun[] }>();
  const group = (ns: string, key: string) => {
    const id = `${ns} ${key}`;
    const known = groups.get(id) ?? { taps: [], hooks: [] };
    groups.set(id, known);
    return known;
  };
  for (const tap of sights.taps) group(tap.ns, tap.key).taps.push(tap);
  for (const hook of sights.hooks) group(hook.ns, hook.before.key).hooks.push(hook);
  const lists = [...groups.values()].map(({ taps, hooks }) => {
    const ns = (taps[0] ?? hooks[0])?.ns ?? '';
    return place(merge(taps, hooks, devices.bridgeCalls(ns)));
  });
  return interleave(lists, (one) => one.key !== sights.key, devices);
}

/**
 * By stamps, and within each list in its order, whatever the stamps: a frame that a bridge brings up keeps its port's. So does a packet
 * that comes out of a tunnel, which is seen after the outer one. What a veth receives its other end has sent, whatever the clock says.
 */
function interleave(lists: readonly (readonly Placed[])[], isOuter: (one: Sight) => boolean, { peerOf }: Devices): readonly Sight[] {
  const at = lists.map(() => 0);
  const compare = (a: Placed, b: Placed): number => a.stamp - b.stamp || Number(isOuter(b)) - Number(isOuter(a)) || a.side - b.side;
  const wires = new Map<string, Wire>();
  const wire = (name: string): Wire => wires.get(name) ?? (wires.set(name, { unsent: 0, crossing: 0 }).get(name) as Wire);
  const sent = ({ tap, key }: Sight): Wire | undefined => (tap?.dir === 'tx' ? wire(`${tap.ns} ${tap.device} ${key}`) : undefined);
  const received = ({ tap, key }: Sight): Wire | undefined =>
    tap?.dir === 'rx' ? wire(`${peerOf(tap.ns, tap.device)} ${key}`) : undefined;
  const waits = (one: Sight): boolean => {
    const from = received(one);
    return from !== undefined && from.unsent > 0 && from.crossing <= 0;
  };
  for (const one of lists.flat()) {
    const to = sent(one);
    if (to !== undefined) to.unsent++;
  }
  const all: Sight[] = [];
  for (;;) {
    const heads = lists.flatMap((placed, list) => {
      const head = placed[at[list] as number];
      return head === undefined ? [] : [{ list, head }];
    });
    const ready = heads.filter(({ head }) => !waits(head));
    const [first, ...others] = ready.length > 0 ? ready : heads;
    if (first === undefined) return all;
    const next = others.reduce((best, one) => (compare(one.head, best.head) < 0 ? one : best), first);
    all.push(next.head);
    move(sent(next.head), received(next.head));
    at[next.list] = (at[next.list] as number) + 1;
  }
}

/** One direction of a veth: frames not told yet as sent, and those sent that are not told as received. */
interface Wire {
  unsent: number;
  crossing: number;
}

function move(to: Wire | undefined, from: Wire | undefined): void {
  if (to !== undefined) {
    to.unsent--;
    to.crossing++;
  }
  if (from !== undefined) from.crossing--;
}

/** What was emitted last, as far as it decides what comes next. */
interface Progress {
  rx: TapSight | undefined;
  /** A frame came in that no PREROUTING has seen. */
  unseen: boolean;
  /** The device by which PREROUTING saw what came in last, and the TTL it left it: a packet that comes round again has less. */
  seenBy: string | undefined;
  seenTtl: number;
  /** POSTROUTING has run, and no tap has seen the packet leave. */
  leaving: boolean;
}

function merge(taps: readonly TapSight[], hooks: readonly HookRun[], bridgeCalls: boolean): readonly Sight[] {
  const merged: Sight[] = [];
  const progress: Progress = { rx: undefined, unseen: false, seenBy: undefined, seenTtl: 0, leaving: false };
  let t = 0;
  let h = 0;
  while (t < taps.length || h < hooks.length) {
    const tap = taps[t];
    const hook = hooks[h];
    if (hook === undefined || (tap !== undefined && comesFirst(tap, hook, progress, bridgeCalls))) {
      const sight = tap as TapSight;
      merged.push({ ns: sight.ns, tap: sight, hook: undefined, key: sight.key });
      const isSeen = progress.seenBy === sight.device && progress.seenTtl === sight.packet.ttl;
      if (sight.dir === 'rx') Object.assign(progress, { rx: sight, unseen: !isSeen, seenBy: undefined });
      else progress.leaving = false;
      t++;
    } else {
      merged.push({ ns: hook.ns, tap: undefined, hook, key: hook.before.key });
      if (hook.hook === 'prerouting')
        Object.assign(progress, { unseen: false, seenBy: hook.iif, seenTtl: (hook.after ?? hook.before).packet.ttl });
      progress.leaving = hook.hook === 'postrouting';
      h++;
    }
  }
  return merged;
}

function comesFirst(tap: TapSight, hook: HookRun, progress: Progress, bridgeCalls: boolean): boolean {
  // A bridge sends what it bridges by its own device where it does not know the neighbour's address yet (br_nf_dev_xmit).
  const isBridged = hook.hook === 'forward' && hook.iif === tap.device && hook.oif === tap.device && progress.rx?.device !== tap.device;
  if (tap.dir === 'tx' && isBridged) return true;
  if (tap.dir === 'tx') return progress.leaving || (hook.hook === 'prerouting' && !progress.unseen);
  // Behind a port's tap comes the bridge's, for what the bridge brings up to the host.
  const isBridge = tap.device === hook.iif && progress.rx !== undefined && progress.rx.device !== tap.device;
  if (hook.hook === 'prerouting') return !progress.unseen || (isBridge && !bridgeCalls);
  return isBridge && (hook.hook === 'input' || hook.hook === 'forward');
}

function place(merged: readonly Sight[]): readonly Placed[] {
  return merged.map((sight, i) => {
    const { tap, hook } = sight;
    if (tap !== undefined) return { ...sight, stamp: tap.stamp, side: 0 };
    const before = merged.slice(0, i).findLast((one) => one.tap !== undefined)?.tap;
    const after = merged.slice(i + 1).find((one) => one.tap !== undefined)?.tap;
    const isComing = hook?.hook === 'prerouting' || hook?.hook === 'input';
    if (isComing && before !== undefined) return { ...sight, stamp: before.stamp, side: 1 };
    if (after?.dir === 'tx') return { ...sight, stamp: after.stamp, side: -1 };
    return { ...sight, stamp: before?.stamp ?? after?.stamp ?? hook?.stamp ?? 0, side: 1 };
  });
}
