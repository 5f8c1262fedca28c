/**
 * The base chains of a namespace's nftables for one family, by hook and in the order of their priorities; of those that are equal the one
 * made last runs first (nf_hook_entries_grow of net/netfilter/core.c). Chains of type nat are asked by the NAT core, at its own priority
 * (nf_nat_inet_fn), and without connection tracking not at all.
 */
import type { NftChain, NftFamily, NftHook, NftRuleset, NftTable } from '../../plan/nft/nft-ruleset.js';
import { rulesetOf } from '../../plan/nft/tables-of.js';
import type { RuleHit } from '../../trace/event.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import { WalkMemo } from '../netfilter/chain/walk-memo.js';
import { runForRoute } from '../netfilter/route-again.js';
import { compileTable } from './compile-chain.js';
import { type BaseWalk, runBaseChain } from './walk.js';
import type { NftCourse } from './walk-learner.js';

export interface BaseChain {
  readonly hook: NftHook;
  readonly priority: number;
  readonly nat: boolean;
  run(e: Evaluation): 'accept' | 'drop' | 'reject' | 'stolen';
}

export interface NftProgram {
  /** Of every hook. */
  readonly chains: readonly BaseChain[];
  readonly tables: readonly NftTable[];
  /** A rule asks for connections, so that the kernel tracks them. */
  readonly tracks: boolean;
  /** A rule asks how much a connection has carried, so that the kernel counts. */
  readonly counts: boolean;
}

/** Undefined where no chain of that family sees a packet. */
export function nftProgram(nft: string | NftRuleset | undefined, family: 'ip' | 'ip6', origin: string): NftProgram | undefined {
  if (nft === undefined || nft === '') return undefined;
  const ruleset = rulesetOf(nft, origin);
  const families: readonly NftFamily[] = [family, 'inet'];
  const tables = ruleset.tables.filter((table) => families.includes(table.family) && table.dormant !== true);
  const chains = tables.flatMap(baseChains);
  if (chains.length === 0) return undefined;
  const ordered = chains.reverse().sort((x, y) => x.priority - y.priority);
  return { chains: ordered, tables, tracks: ruleset.tables.some(needsConnections), counts: typeof nft === 'string' && COUNTS.test(nft) };
}

function baseChains(table: NftTable): BaseChain[] {
  const made: BaseChain[] = [];
  for (const { name, base } of chainsWithBases(table)) {
    if (base === undefined) continue;
    const { type, hook, priority, policy } = base;
    const hit: RuleHit = { table: `${table.family} ${table.name}`, chain: name, index: 0, text: 'policy drop' };
    const policyDrop = policy === 'drop' ? hit : undefined;
    const memo = new WalkMemo<NftCourse>();
    const kind = type === 'nat' ? 'nat' : 'filter';
    let walk: BaseWalk | undefined;
    const run = (e: Evaluation): 'accept' | 'drop' | 'reject' => {
      e.table = kind;
      walk ??= { chain: compileTable(table).chain(name), memo, policyDrop };
      return runBaseChain(e, walk);
    };
    made.push({ hook, priority, nat: type === 'nat', run: type === 'route' ? (e) => runForRoute(e, run) : run });
  }
  return made;
}

function chainsWithBases({ chains, baseChains }: NftTable): Iterable<NftChain> {
  return baseChains?.flatMap((name) => chains.get(name) ?? []) ?? chains.values();
}

const COUNTS = /\bct (original |reply )?(bytes|packets|avgpkt)\b/;
const NEEDS = /\b(ct|masquerade|snat|dnat|redirect)\b/;

function needsConnections(table: NftTable): boolean {
  // The base chains first: they mostly tell, and the others may have to be made.
  if (anyNeeds(chainsWithBases(table))) return true;
  return table.baseChains !== undefined && anyNeeds(table.chains.values());
}

function anyNeeds(chains: Iterable<NftChain>): boolean {
  for (const { rules } of chains) if (rules.some((rule) => NEEDS.test(rule))) return true;
  return false;
}
