/**
 * What taps on the devices of a flow's way saw, as frames. Events hold packets without link addresses: those are of the device that a namespace
 * routed the packet out of, and of the device that the next namespace took it in by; what lies between, bridges and their ports, leaves them as they are.
 */
import type { Mac } from '../base/mac.js';
import type { Frame } from '../packet/frame.js';
import type { DeviceEvent, TraceEvent } from './event.js';

export interface Sight {
  /** Virtual time, microseconds. */
  readonly t: number;
  readonly netns: string;
  readonly device: string;
  readonly outgoing: boolean;
  readonly frame: Frame;
}

/** `macOf` is 0 for a device without an address of its own. */
export function sightsOf(events: readonly TraceEvent[], macOf: (netns: string, device: string) => Mac): readonly Sight[] {
  const sights: Sight[] = [];
  for (const [i, event] of events.entries()) {
    if (event.kind === 'arp') {
      const { t, netns, device, frame } = event;
      sights.push({ t, netns, device, outgoing: event.sent === true, frame });
    } else if (event.kind === 'rx' || event.kind === 'tx') {
      // On the loopback every packet would be seen twice; libpcap drops what leaves.
      if (event.device === 'lo' && event.kind === 'tx') continue;
      const frame: Frame = {
        kind: 'ip',
        src: sender(events, i, event, macOf),
        dst: receiver(events, i, event, macOf),
        packet: event.packet,
      };
      sights.push({ t: event.t, netns: event.netns, device: event.device, outgoing: event.kind === 'tx', frame });
    }
  }
  return sights
    .map((sight, i) => ({ sight, i }))
    .sort((a, b) => a.sight.t - b.sight.t || a.i - b.i)
    .map(({ sight }) => sight);
}

type MacOf = (netns: string, device: string) => Mac;

/** The device that the packet was last routed out of. */
function sender(events: readonly TraceEvent[], at: number, event: DeviceEvent, macOf: MacOf): Mac {
  for (let i = at; i >= 0; i--) {
    const before = events[i] as TraceEvent;
    if (before.leg !== event.leg) continue;
    if (before.kind === 'route' && before.decision !== 'local') return macOf(before.netns, before.device);
  }
  return macOf(event.netns, event.device);
}

/** The device that it is next taken in by: where it is routed, or stopped. */
function receiver(events: readonly TraceEvent[], at: number, event: DeviceEvent, macOf: MacOf): Mac {
  let last: DeviceEvent | undefined;
  for (let i = event.kind === 'rx' ? at : at + 1; i < events.length; i++) {
    const after = events[i] as TraceEvent;
    if (after.leg !== event.leg) continue;
    if (after.kind === 'rx') last = after;
    else if (after.kind === 'route' || after.kind === 'deliver' || (after.kind === 'drop' && last !== undefined)) break;
  }
  return last === undefined ? 0 : macOf(last.netns, last.device);
}
