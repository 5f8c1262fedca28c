/** Whoever made the plan knows whose namespaces and rules they are; a trace is written in these names. */
import type { IpPacket } from '../packet/ip-packet.js';
import type { RuleHit } from './event.js';
import type { Behind } from './trace.js';

export interface Naming {
  /** The node a namespace is on; for what is outside the cluster its own name. */
  node(netns: string): string;
  /** Endpoint text of who holds a listener, e.g. `pod/default/web-1`. */
  endpointOfListener(id: string): string;
  /** Endpoint text of who a namespace belongs to, e.g. `node/node1`. */
  endpointOfNetns(netns: string): string;
  /** The object that made a rule exist; null where nobody knows. `packet` is the one that met it. */
  explain(hit: RuleHit, netns: string, packet: IpPacket): Behind | null;
  /** The object because of which a packet was lost without a rule; `detail` is the particulars that the drop gives. */
  explainLoss?(netns: string, detail: string): Behind | null;
}
