/** A connection as a kernel is asked for it. */
import type { Probe } from '../kernel/contract.js';
import type { Connection } from './simulation.js';

/** How long a client waits: longer than ARP takes to give up (3 s), so that an address which nobody holds is seen as what it is. */
const PATIENCE_MS = 5000;

export function probeOf({ source: { netns, address: src }, destination: { ip: dst, port: dport, proto } }: Connection): Probe {
  return { netns, src, proto, dst, dport, timeoutMs: PATIENCE_MS };
}
