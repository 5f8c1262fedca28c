/** What random rules of one namespace may speak of: its place in a table, and the addresses, devices and ports of its network. */
import type { TableName } from '../../plan/ruleset.js';
import type { Chance } from './chance.js';
import type { Dialect } from './dialect.js';
import type { SetWord } from './random-sets.js';

export type HookChain = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
export type RuleProtocol = 'tcp' | 'udp' | 'icmp' | undefined;

export interface RulePlace {
  readonly table: TableName;
  /** The built-in chain from which the rule is reached. */
  readonly hook: HookChain;
}

export interface Vocabulary {
  readonly chance: Chance;
  readonly dialect: Dialect;
  readonly addresses: readonly string[];
  /** Nobody has them, but probes ask for them. */
  readonly services: readonly string[];
  /** Of the namespace's own pods, for they come back by the way they went. */
  readonly near: readonly string[];
  readonly prefixes: readonly string[];
  readonly devices: readonly string[];
  readonly macs: readonly string[];
  /** The namespace's ipsets. */
  readonly sets: readonly SetWord[];
  /** Datagrams of tunnels pass too, with source ports that the kernel draws: they cannot be counted. */
  readonly tunnels: boolean;
}

/** The sides of a packet that make an element of a set. */
export function sidesOf(chance: Chance, { dimensions }: SetWord): string {
  return Array.from({ length: dimensions }, () => (chance.maybe(55) ? 'dst' : 'src')).join(',');
}

export const PORTS: readonly number[] = [22, 53, 80, 443, 8080, 30080];
export const MARKS: readonly string[] = ['0x1/0x1', '0x2/0xff', '0x4/0x4', '0x4000/0x4000', '0x3', '0x0/0x4000'];
