/** A corner that has a whole plan to itself, in one family: what it is about is met by most probes, several times over. */
import type { Chance } from '../chance.js';
import { address } from '../corner/corner-network.js';
import type { Corner } from '../corner/corner.js';
import type { ProbeDraft } from '../draft.js';

export interface RareCorner extends Corner {
  /** Its namespaces, a letter each; the client, the router and the server unless given. */
  readonly hosts?: string;
  /** What the clock shows, in seconds since 1970. */
  readonly epoch?: number;
}

/** Two clients that call two servers from a few ports, again and again. */
export function clients(chance: Chance, { netns, proto }: ProbeDraft, six: boolean): Partial<ProbeDraft> {
  if (netns !== 'c') return {};
  return {
    src: address(chance.pick(['1.2', '1.3']), six),
    ...(proto === 'udp' ? { sport: chance.pick([4000, 4001, 4002]) } : {}),
  };
}

/** The same by datagrams alone. */
export function callers(chance: Chance, probe: ProbeDraft, six: boolean): Partial<ProbeDraft> {
  return { ...clients(chance, { ...probe, proto: 'udp' }, six), proto: 'udp', dport: chance.pick([53, 53, 5353]) };
}
