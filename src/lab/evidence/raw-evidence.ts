/** The kernel's evidence of one flow, as the executor hands it over: what taps saw, what nftables traced, what conntrack reported. */

/** A frame at a device; `stamp` is nanoseconds since the flow began, on one clock for all namespaces. */
export interface RawTap {
  readonly ns: string;
  readonly device: string;
  readonly dir: 'rx' | 'tx';
  readonly stamp: number;
  /** The frame's own length, and its first bytes in hexadecimal. Devices without link-layer headers begin with the IP header. */
  readonly length: number;
  readonly ethernet: boolean;
  readonly bytes: string;
}

/** One event of `nft monitor trace`, with the numbers of linux/netfilter/nf_tables.h in words. */
export interface RawTraceEvent {
  readonly ns: string;
  /** When it was read; later than it happened. */
  readonly stamp: number;
  readonly id: number;
  /** Of the table. */
  readonly family: 'ip' | 'ip6' | 'inet' | 'other';
  readonly table: string;
  readonly chain: string;
  readonly type: 'rule' | 'return' | 'policy';
  readonly handle: number | null;
  /** `accept`, `drop`, `continue`, `return`, `jump X`, `goto X`, `queue`, `stolen`. */
  readonly verdict: string;
  readonly mark: number | null;
  readonly iif: string | null;
  readonly oif: string | null;
  /** In the first event of a base chain: headers in hexadecimal. */
  readonly network: string | null;
  readonly transport: string | null;
  readonly ct: { readonly direction: number | null; readonly status: number | null; readonly state: number | null } | null;
}

export interface RawConntrackEvent {
  readonly ns: string;
  readonly event: 'NEW' | 'UPDATE' | 'DESTROY';
  readonly orig: string;
  readonly reply: string;
  readonly status: readonly string[];
}

export interface RawEvidence {
  readonly taps: readonly RawTap[];
  readonly trace: readonly RawTraceEvent[];
  readonly conntrack: readonly RawConntrackEvent[];
  /** Events that the kernel could not hand over, for they came too fast. */
  readonly lost: boolean;
}

/** Rule handles in their order: namespace → family → table → chain. */
export interface RawGround {
  readonly rules: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>>>>>;
  /** How `iptables --version` calls itself; undefined where the plan has no rules of it. */
  readonly iptables: 'nf_tables' | 'legacy' | null;
}
