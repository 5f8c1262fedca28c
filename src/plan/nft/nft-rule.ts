/**
 * One rule of nftables as data: statements in order, over expressions. What a rule compares with and looks up is read by the type of the
 * expression before it (nft(8), DATA TYPES). Marks and numbers are unsigned, addresses the integers of base/ip.ts, names of
 * interfaces text.
 */
import type { Ip } from '../../base/ip.js';

export type DataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'ether_addr'
  | 'ether_type'
  | 'inet_proto'
  | 'inet_service'
  | 'mark'
  | 'ifname'
  | 'iface_index'
  | 'verdict'
  | 'ct_state'
  | 'ct_status'
  | 'ct_dir'
  | 'icmp_type'
  | 'icmp_code'
  | 'icmpv6_type'
  | 'icmpv6_code'
  | 'nf_proto'
  | 'dscp'
  | 'fib_addrtype'
  | 'pkt_type'
  | 'boolean'
  | 'integer'
  | 'tcp_flag'
  | 'uid'
  | 'gid'
  | 'devgroup'
  /** Seconds. */
  | 'time'
  /** Bits of a packet. */
  | 'raw';

export type Value = number | bigint | string;

/** One field of a key: a value where both ends are the same. */
export interface Part {
  readonly type: DataType;
  readonly from: Value;
  readonly to: Value;
  /** It was written as a prefix of an address of this length. */
  readonly length?: number | undefined;
  /** A name of an interface that ended in `*`: any that begins so. */
  readonly wildcard?: boolean | undefined;
}

export type RawBase = 'll' | 'nh' | 'th';
export type Header = 'ip' | 'ip6' | 'tcp' | 'udp' | 'udplite' | 'sctp' | 'dccp' | 'th' | 'icmp' | 'icmpv6' | 'ether';
export type Expression =
  | { readonly kind: 'payload'; readonly header: Header; readonly field: string; readonly type: DataType }
  | { readonly kind: 'meta'; readonly key: string; readonly type: DataType }
  | {
      readonly kind: 'ct';
      readonly key: string;
      readonly direction: 'original' | 'reply' | undefined;
      /** `ct original ip saddr`; of the packet's own where it is not said. */
      readonly family: 'ip' | 'ip6' | undefined;
      readonly type: DataType;
    }
  | {
      readonly kind: 'fib';
      readonly selectors: readonly string[];
      readonly result: 'type' | 'oif' | 'oifname' | 'exists';
      readonly type: DataType;
    }
  | {
      readonly kind: 'numgen';
      readonly mode: 'random' | 'inc';
      readonly modulus: number;
      readonly offset: number;
      readonly type: 'integer';
    }
  | {
      readonly kind: 'jhash';
      readonly of: Expression;
      readonly modulus: number;
      /** Undefined: the kernel draws one. */
      readonly seed: number | undefined;
      readonly offset: number;
      readonly type: 'integer';
    }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[] }
  /** `@nh,96,32`: bits from the link header, the network's, or the transport's on. */
  | { readonly kind: 'raw'; readonly base: RawBase; readonly offset: number; readonly bits: number; readonly type: 'raw' }
  | { readonly kind: 'tcp-option'; readonly name: string; readonly field: 'exists' | 'size'; readonly type: 'boolean' | 'integer' }
  | { readonly kind: 'exthdr'; readonly name: string; readonly type: 'boolean' }
  | { readonly kind: 'socket'; readonly key: 'transparent' | 'wildcard' | 'mark'; readonly type: 'integer' | 'mark' }
  | { readonly kind: 'rt'; readonly key: 'classid' | 'ipsec'; readonly type: 'integer' | 'boolean' }
  | { readonly kind: 'map'; readonly key: Expression; readonly set: SetUse }
  /** (of & mask) ^ xor, the one form in which the kernel keeps `and`, `or` and `xor`. */
  | { readonly kind: 'bitwise'; readonly of: Expression; readonly mask: number; readonly xor: number; readonly type: DataType }
  | { readonly kind: 'shift'; readonly of: Expression; readonly left: boolean; readonly by: number; readonly type: DataType }
  | { readonly kind: 'constant'; readonly parts: readonly Part[] };

/** A set or map: by name, or with its elements in place. */
export type SetUse = { readonly name: string } | { readonly elements: readonly Element[] };

export interface Element {
  /** Undefined for `*`, what no other element holds. */
  readonly key: readonly Part[] | undefined;
  readonly value: Verdict | readonly Part[] | undefined;
  readonly timeoutMs?: number | undefined;
  readonly comment?: string | undefined;
}

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export type Comparison = '==' | '!=' | '<' | '>' | '<=' | '>=';

export type Statement =
  | { readonly kind: 'match'; readonly left: Expression; readonly op: Comparison; readonly right: readonly Part[] }
  /** Any of the bits is set. */
  | { readonly kind: 'match-bits'; readonly left: Expression; readonly bits: number }
  /** The bits under the mask are these; not these, where `not`. */
  | { readonly kind: 'match-mask'; readonly left: Expression; readonly not: boolean; readonly bits: number; readonly mask: number }
  | { readonly kind: 'match-set'; readonly left: Expression; readonly not: boolean; readonly set: SetUse }
  | { readonly kind: 'vmap'; readonly key: Expression; readonly set: SetUse }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'counter'; readonly packets: number; readonly bytes: number; readonly name: string | undefined }
  | { readonly kind: 'log'; readonly text: string }
  | {
      readonly kind: 'limit';
      readonly over: boolean;
      readonly rate: number;
      readonly unit: TimeUnit;
      readonly burst: number;
      readonly bytes?: boolean;
    }
  | { readonly kind: 'set-meta'; readonly key: 'mark' | 'nftrace'; readonly value: Expression }
  | { readonly kind: 'set-ct-mark'; readonly value: Expression }
  | { readonly kind: 'set-payload'; readonly header: Header; readonly field: 'dscp' | 'ttl' | 'hoplimit'; readonly value: Expression }
  | { readonly kind: 'set-mss'; readonly size: number | undefined }
  | {
      readonly kind: 'nat';
      readonly nat: 'dnat' | 'snat' | 'masquerade' | 'redirect';
      /** `ip`, `ip6`, where the statement says so; `addr . port` needs it. */
      readonly family: 'ip' | 'ip6' | undefined;
      /** The mapping gives an address and a port. */
      readonly withPort: boolean;
      readonly address: Expression | undefined;
      readonly port: Expression | undefined;
      readonly flags: readonly ('random' | 'fully-random' | 'persistent')[];
    }
  | { readonly kind: 'reject'; readonly with: RejectWith | undefined }
  | {
      readonly kind: 'update';
      readonly op: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: Expression;
      readonly value: Expression | undefined;
      readonly timeoutMs: number | undefined;
      readonly counter: boolean;
    }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'queue'; readonly from: number; readonly to: number; readonly bypass: boolean; readonly fanout: boolean }
  /** An address of undefined is the first of the device that the packet came in by, a port of undefined its own. */
  | {
      readonly kind: 'tproxy';
      readonly family: 'ip' | 'ip6' | undefined;
      readonly address: Ip | undefined;
      readonly port: number | undefined;
    }
  | { readonly kind: 'dup'; readonly gateway: Ip; readonly device: string | undefined }
  | { readonly kind: 'quota'; readonly over: boolean; readonly bytes: number; readonly used: number }
  /** `ct count`. */
  | { readonly kind: 'count'; readonly over: boolean; readonly count: number }
  | { readonly kind: 'set-ct-zone'; readonly directions: 'both' | 'original' | 'reply'; readonly value: Expression }
  /** Its work is seen by nobody. */
  | { readonly kind: 'unseen'; readonly text: string };

export type TimeUnit = 'second' | 'minute' | 'hour' | 'day' | 'week';

/** `tcp reset`, or a code of `icmp`, `icmpv6` or, for both, `icmpx`. */
export type RejectWith = { readonly kind: 'tcp reset' } | { readonly kind: 'icmp' | 'icmpv6' | 'icmpx'; readonly code: string };

export interface NftRule {
  readonly statements: readonly Statement[];
  readonly comment: string | undefined;
}
