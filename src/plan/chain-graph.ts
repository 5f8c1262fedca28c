/**
 * Where the jumps of a table lead: which base chains (iptables: built-in ones) reach a chain, and the first loop or descent that is too deep. nft_chain_validate of
 * net/netfilter/nf_tables_api.c follows every path from a base chain, and refuses one of 16 jumps (NFT_JUMP_STACK_SIZE), which every
 * loop comes to; chains that no base chain leads to it does not look at. The legacy tables have no such limit, but refuse loops alike.
 */
/** A rule that leads to a chain of the table. */
export interface Jump {
  readonly to: string;
  readonly index: number;
}

export interface GraphChain {
  readonly name: string;
  /** Packets come to it from a hook. */
  readonly base: boolean;
  readonly jumps: readonly Jump[];
}

export interface Descent {
  readonly kind: 'loop' | 'depth';
  /** The names of the chains, from the base chain down. */
  readonly path: readonly string[];
  /** The rule that goes too far. */
  readonly chain: string;
  readonly index: number;
}

export const JUMPS_MAX = 15;

/** The bits of the base chains, in the order of `chains`, that lead to each chain. */
export function reachOf(chains: ReadonlyMap<string, GraphChain>): ReadonlyMap<string, number> {
  const reach = new Map<string, number>();
  let bit = 1;
  for (const { name, base } of chains.values()) {
    if (!base) continue;
    spread(chains, name, bit, reach);
    bit <<= 1;
  }
  return reach;
}

function spread(chains: ReadonlyMap<string, GraphChain>, from: string, bit: number, reach: Map<string, number>): void {
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const known = reach.get(name) ?? 0;
    if ((known & bit) !== 0) continue;
    reach.set(name, known | bit);
    for (const { to } of chains.get(name)?.jumps ?? []) open.push(to);
  }
}

/** The first path from a base chain that goes in a circle or too deep. */
export function findDescent(chains: ReadonlyMap<string, GraphChain>): Descent | undefined {
  const depths = new Map<string, number>();
  for (const { name, base } of chains.values()) {
    if (!base) continue;
    const found = descend(chains, name, [], depths);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `depths`: how deep each chain has been looked at without a fault; deeper is looked at again. */
function descend(
  chains: ReadonlyMap<string, GraphChain>,
  name: string,
  above: readonly string[],
  depths: Map<string, number>,
): Descent | undefined {
  const known = depths.get(name);
  if (known !== undefined && known >= above.length) return undefined;
  const here = chains.get(name);
  if (here === undefined) return undefined;
  const path = [...above, name];
  for (const { to, index } of here.jumps) {
    const kind = path.includes(to) ? 'loop' : path.length > JUMPS_MAX ? 'depth' : undefined;
    if (kind !== undefined) return { kind, path: [...path, to], chain: name, index };
    // Most chains lead nowhere.
    if (chains.get(to)?.jumps.length === 0) continue;
    const found = descend(chains, to, path, depths);
    if (found !== undefined) return found;
  }
  depths.set(name, above.length);
  return undefined;
}
