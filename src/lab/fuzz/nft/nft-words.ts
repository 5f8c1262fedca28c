/** What random rules of nftables may speak of: a chain's place, and the addresses, devices and sets of its table. */
import type { Chance } from '../chance.js';

export type NftHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
export type NftFamily = 'ip' | 'ip6' | 'inet';
/** The family of one rule's addresses. */
export type Side = 'ip' | 'ip6';

export interface Family {
  readonly addresses: readonly string[];
  readonly services: readonly string[];
  /** Of equal length, so that none holds another. */
  readonly prefixes: readonly string[];
  /** Two addresses, the lower first, and a mask with a network. */
  readonly range: string;
  readonly masked: string;
}

export interface NftWords {
  readonly chance: Chance;
  readonly table: NftFamily;
  /** Of the rule in hand: nft refuses a rule that speaks of two. */
  readonly side: Side;
  readonly proto: 'tcp' | 'udp' | 'icmp' | 'th';
  readonly families: Readonly<Record<Side, Family>>;
  readonly devices: readonly string[];
  /** Datagrams of tunnels pass too, with source ports that the kernel draws: they cannot be counted. */
  readonly tunnels: boolean;
}

export interface NftPlace {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: NftHook;
  readonly priority: number;
}

/** Sets and maps that a table has for each family, by what they hold. */
export const SETS = {
  hosts: (side: Side): string => `hosts-${side}`,
  networks: (side: Side): string => `networks-${side}`,
  services: (side: Side): string => `services-${side}`,
  seen: (side: Side): string => `seen-${side}`,
  backends: (side: Side): string => `backends-${side}`,
};

export const NFT_PORTS: readonly number[] = [22, 53, 80, 443, 8080, 30080];
export const NFT_MARKS: readonly string[] = ['0x1', '0x2', '0x4', '0x4000', '0x3'];

/** With what the next rule speaks of. */
export function forRule(words: NftWords): NftWords {
  const { chance, table } = words;
  const side = table === 'inet' ? chance.pick(['ip', 'ip6'] as const) : table;
  const proto = chance.weighed([
    [5, 'tcp' as const],
    [3, 'udp' as const],
    [2, 'icmp' as const],
    [2, 'th' as const],
  ]);
  return { ...words, side, proto };
}

/** A list as nft writes it between braces. */
export function braces(items: readonly string[]): string {
  return `{ ${[...new Set(items)].join(', ')} }`;
}

/** For a rule that counts: only what is counted alike on both kernels. */
export function countable({ tunnels, proto }: NftWords, { type }: NftPlace): string | undefined {
  if (tunnels && proto !== 'tcp') return undefined;
  const fresh = type === 'nat' ? '' : 'ct state new ';
  return `${fresh}${tunnels ? 'meta l4proto tcp ' : ''}`;
}
