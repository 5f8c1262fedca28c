/**
 * A trace: the fates of one flow, one outcome for each way the network may choose, as `hopspec.dev/trace/v1`. The members
 * `request` and `reply` of the simulator's outcomes are made on first reading.
 */
export const TRACE_SCHEMA = 'hopspec.dev/trace/v1';

export type Verdict = 'delivered' | 'refused' | 'unreachable' | 'timeout';

export interface Trace {
  readonly schema: typeof TRACE_SCHEMA;
  readonly flow: Flow;
  readonly outcomes: readonly Outcome[];
}

export interface Flow {
  /** Endpoints in text, e.g. `pod/default/a`, `svc/default/web`. */
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  /** What the client calls. */
  readonly address: string;
  readonly port: number | null;
}

export interface Outcome {
  readonly probability: number;
  readonly verdict: Verdict;
  /** Who answered: an endpoint in text such as `pod/default/web-1`, `node/node1`, `external/laptop`, or null. */
  readonly server: string | null;
  readonly clientSees: AddressPair;
  /** Null where no server saw the packet. */
  readonly serverSees: AddressPair | null;
  /** What the PROXY header says that the server is sent before anything else; null where there is none. */
  readonly proxyHeader: AddressPair | null;
  readonly snat: boolean;
  readonly dnat: boolean;
  readonly nat: readonly NatStep[];
  readonly encapsulations: readonly EncapsulationStep[];
  readonly cause: Cause | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
  readonly pathMtu: number | null;
  /** Of a connection that stayed open. */
  readonly connection?: KeptConnection | undefined;
  readonly request: readonly Hop[];
  readonly reply: readonly Hop[];
}

/** Who answered when it was opened, and who the one that was opened before it, as endpoint texts; whether the other end has closed it since. */
export interface KeptConnection {
  readonly openedBy: string | null;
  readonly before: string | null;
  readonly closed: boolean;
}

/** `ip:port`, or the address alone for ICMP. */
export interface AddressPair {
  readonly src: string;
  readonly dst: string;
}

export interface NatStep {
  readonly node: string;
  readonly hook: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly rule: RuleText | null;
}

export interface EncapsulationStep {
  readonly kind: string;
  /** Node names. `to` is null where the far end was not reached. */
  readonly from: string;
  readonly to: string | null;
  readonly outer: AddressPair;
  readonly vni: number | null;
}

/** Who and what kept the flow from being delivered. */
export interface Cause {
  readonly node: string;
  readonly netns: string;
  readonly hook: string | null;
  readonly table: string | null;
  readonly chain: string | null;
  /** 1-based; null where no rule decided. */
  readonly rule: number | null;
  /** The rule, route or socket line that decided, in the tool's own words. */
  readonly text: string;
  readonly reason: string;
  readonly behind: Behind | null;
}

/** The object that made the deciding rule exist. */
export interface Behind {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly detail: string;
}

export interface RuleText {
  readonly table: string;
  readonly chain: string;
  /** 1-based; 0 is the chain's policy. */
  readonly index: number;
  readonly text: string;
}

export type Stage =
  | 'rx'
  | 'tx'
  | 'prerouting'
  | 'input'
  | 'forward'
  | 'output'
  | 'postrouting'
  | 'route'
  | 'bridge'
  | 'encapsulate'
  | 'decapsulate'
  | 'deliver'
  | 'drop'
  | 'answer'
  | 'arp';

export interface Hop {
  /** Virtual time since the flow began, µs. */
  readonly t: number;
  /** The node the namespace is on; for what is outside the cluster its own name. */
  readonly node: string;
  readonly netns: string;
  readonly device: string | null;
  readonly stage: Stage;
  /** tcpdump's text. */
  readonly packet: string;
  /** What happened to it here, e.g. `DNAT to 10.244.2.3:80`, `encapsulates in VXLAN`, or null. */
  readonly change: string | null;
  readonly rules: readonly RuleText[];
  /** `accept`, `drop`, `reject`, a routing decision, `delivered`, or a drop reason. */
  readonly verdict: string;
}
