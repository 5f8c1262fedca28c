/** What `tcpdump -n` prints of what one tap saw, line by line: a packet in a tunnel takes two. */
import { formatFrame } from '../packet/format-packet.js';
import type { TraceEvent } from './event.js';
import { timeText } from './print-tcpdump.js';
import { sightsOf } from './sights.js';

export interface CaptureLine {
  /** Without time and device. */
  readonly text: string;
  /** `eth0 Out`; empty in what goes on from the line before. */
  readonly device: string;
  /** `00:00:00.000001`; empty in what goes on from the line before. */
  readonly time: string;
}

export interface CaptureTap {
  readonly netns: string;
  /** A device, or `any`. */
  readonly device: string;
}

export function captureLines(events: readonly TraceEvent[], { netns, device }: CaptureTap): readonly CaptureLine[] {
  return sightsOf(events, () => 0)
    .filter((sight) => sight.netns === netns && (device === 'any' || sight.device === device))
    .flatMap((sight) => {
      const [first = '', ...more] = formatFrame(sight.frame).split('\n');
      const head = { text: first, device: `${sight.device} ${sight.outgoing ? 'Out' : 'In'}`, time: timeText(sight.t) };
      return [head, ...more.map((text) => ({ text, device: '', time: '' }))];
    });
}
