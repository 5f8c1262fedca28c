/**
 * What `tcpdump -n -i DEVICE` in one namespace shows of a trace: the packets that a tap there sees, in order. On `any` tcpdump
 * puts the device and the direction before the packet. Time is virtual, from the flow's beginning, in tcpdump's format.
 */
import type { Hop, Outcome } from './trace.js';

export interface Tap {
  readonly netns: string;
  /** A device, or `any`. */
  readonly device: string;
}

export function printTcpdump(outcome: Outcome, tap: Tap): string {
  const seen = [...outcome.request, ...outcome.reply].filter((hop) => isSeen(hop, tap));
  const inOrder = seen.map((hop, i) => ({ hop, i })).sort((a, b) => a.hop.t - b.hop.t || a.i - b.i);
  return inOrder.map(({ hop }) => `${timeText(hop.t)} ${tap.device === 'any' ? deviceText(hop) : ''}${hop.packet}\n`).join('');
}

function isSeen(hop: Hop, tap: Tap): boolean {
  if (hop.netns !== tap.netns || (hop.stage !== 'rx' && hop.stage !== 'tx')) return false;
  // On the loopback every packet would be seen twice; libpcap drops what leaves.
  if (hop.device === 'lo' && hop.stage === 'tx') return false;
  return tap.device === 'any' || hop.device === tap.device;
}

/** `eth0  Out `, as tcpdump pads them. */
function deviceText(hop: Hop): string {
  return `${(hop.device ?? '').padEnd(5)} ${hop.stage === 'rx' ? 'In ' : 'Out'} `;
}

const SECOND = 1_000_000;

export function timeText(us: number): string {
  const seconds = Math.floor(us / SECOND);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  return `${parts.join(':')}.${String(us % SECOND).padStart(6, '0')}`;
}
