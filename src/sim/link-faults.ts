/**
 * Which ways between two nodes lose packets now. What of TCP is lost on a link that loses a part is sent again, several times, in more ways than can be
 * walked: it is "cannot say". A datagram or an echo is sent once, and its chance is exact.
 */
import type { ProbeProtocol } from '../plan/plan.js';
import { unsupported } from '../base/errors.js';
import type { LinkFault } from '../fabric/fabric-spec.js';
import { LOST_ALL } from '../fabric/link-faults.js';
import { NETNS } from '../node/agent.js';
import type { Run } from '../trace/to-trace.js';

export class LinkFaults {
  /** Grows with every change. */
  revision = 0;
  readonly #faults = new Map<string, LinkFault>();

  /** Of two nodes in any order; 0 percent restores the link. */
  set(one: string, other: string, percent: number): void {
    const between = one < other ? ([one, other] as const) : ([other, one] as const);
    if (percent === 0) this.#faults.delete(between.join());
    else this.#faults.set(between.join(), { between, percent });
    this.revision++;
  }

  /** Percent lost; 0 of a link that is well. */
  of(one: string, other: string): number {
    return this.#faults.get([one, other].sort().join())?.percent ?? 0;
  }

  /** Some link loses a part of the packets: then what is sent again matters. */
  get areLossy(): boolean {
    return [...this.#faults.values()].some(({ percent }) => percent < LOST_ALL);
  }

  list(): readonly LinkFault[] {
    return [...this.#faults.values()];
  }
}

const SENT_AGAIN: Readonly<Partial<Record<ProbeProtocol, string>>> = { tcp: 'a TCP connection', sctp: 'an SCTP association' };

/** UnsupportedError where one of the runs lost a packet by chance that its protocol would send again. */
export function refuseLossy(proto: ProbeProtocol, runs: () => readonly Run[]): void {
  const what = SENT_AGAIN[proto];
  if (what === undefined) return;
  const isLoss = ({ text }: { readonly text: string }): boolean => text.includes('-m statistic');
  const lost = runs().some(({ record }) =>
    record.events.some((event) => event.kind === 'hook' && event.netns === NETNS.fabric && event.rules.some(isLoss)),
  );
  if (!lost) return;
  throw unsupported(`lossy-${proto}`, `${what} over a link that loses a part of its packets sends them again, which is not modelled`, {
    fix: 'ask by ping or on a UDP port, or cut the link',
  });
}
