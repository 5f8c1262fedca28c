/**
 * What `nft list ruleset` shows of one namespace: tables of chains, sets and maps. Rules and elements are texts, as a chain of iptables
 * holds them; a chain or set may make them on first reading, and may stand in the rulesets of many namespaces: a kernel compiles it once.
 * The families arp, bridge and netdev, flow tables and stateful objects other than counters are not modelled.
 */
import type { SourcePosition } from '../../base/errors.js';

export type NftFamily = 'ip' | 'ip6' | 'inet';
export type NftHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

export interface NftBase {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: NftHook;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

export interface NftChain {
  readonly name: string;
  readonly comment?: string | undefined;
  /** Of base chains. */
  readonly base?: NftBase | undefined;
  /** Each as after `add rule FAMILY TABLE CHAIN `. */
  readonly rules: readonly string[];
  /** Where the rule of that index, from 0, was read. */
  readonly position?: ((index: number) => SourcePosition) | undefined;
}

export type SetFlag = 'constant' | 'dynamic' | 'interval' | 'timeout';

export interface NftSet {
  readonly name: string;
  readonly kind: 'set' | 'map';
  /** As after `type` or `typeof`, e.g. `ipv4_addr . inet_proto . inet_service`. */
  readonly key: string;
  /** Of maps: as after the colon, `verdict` among them. */
  readonly value?: string | undefined;
  /** The types were given by expressions. */
  readonly typeof?: boolean | undefined;
  readonly flags: readonly SetFlag[];
  readonly timeoutMs?: number | undefined;
  readonly gcIntervalMs?: number | undefined;
  readonly size?: number | undefined;
  readonly policy?: 'memory' | undefined;
  readonly autoMerge?: boolean | undefined;
  /** Its elements count packets. */
  readonly counter?: boolean | undefined;
  readonly comment?: string | undefined;
  /** Each as between the commas of `elements = { … }`. */
  readonly elements: readonly string[];
  readonly position?: ((index: number) => SourcePosition) | undefined;
}

export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly comment?: string | undefined;
  /** Its chains see no packet. */
  readonly dormant?: boolean | undefined;
  /** The names of its base chains, where they can be told without making the others. */
  readonly baseChains?: readonly string[] | undefined;
  /** Names of its counters. */
  readonly counters?: readonly string[] | undefined;
  /** Sets and maps, and chains, in the order of their making. */
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

export interface NftRuleset {
  readonly tables: readonly NftTable[];
}
