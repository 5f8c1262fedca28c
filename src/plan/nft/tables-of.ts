/** The tables of a plan's nftables. The same text stands in the plans of many networks; what is made of it is kept with it. */
import { memoByText } from '../../base/memo.js';
import type { NftChain, NftRuleset } from './nft-ruleset.js';
import { readNft } from './read-ruleset.js';

const readOnce = memoByText((text: string, origin = 'nft') => readNft(text, origin), 500);

export function rulesetOf(nft: string | NftRuleset, origin?: string): NftRuleset {
  return typeof nft === 'string' ? readOnce(nft, origin) : nft;
}

/** The chain of a table named as a trace names it, by family and name. */
export function chainOfTable(nft: string | NftRuleset, table: string, chain: string): NftChain | undefined {
  return rulesetOf(nft)
    .tables.find(({ family, name }) => `${family} ${name}` === table)
    ?.chains.get(chain);
}
