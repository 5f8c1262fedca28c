/** What rules changed in a set while packets ran (net/netfilter/nft_dynset.c): elements put in, with the time they end at, and elements taken out. */
import type { Value } from '../../plan/nft/nft-rule.js';
import type { NftSet } from '../../plan/nft/nft-ruleset.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import type { Found } from './set-index.js';

export interface DynamicElement {
  readonly found: Found;
  readonly expiresUs: number;
  readonly gone: boolean;
}

type Elements = Map<Value, DynamicElement>;

export function dynamicElement(e: Evaluation, set: NftSet, key: readonly Value[]): DynamicElement | undefined {
  return (e.nftState.get(set) as Elements | undefined)?.get(keyOf(key));
}

export function setDynamicElement(e: Evaluation, set: NftSet, key: readonly Value[], element: DynamicElement): void {
  let elements = e.nftState.get(set) as Elements | undefined;
  if (elements === undefined) {
    elements = new Map();
    e.nftState.set(set, elements);
  }
  elements.set(keyOf(key), element);
}

/** How many elements that rules put in are there now. */
export function countDynamic(e: Evaluation, set: NftSet): number {
  const elements = e.nftState.get(set) as Elements | undefined;
  if (elements === undefined) return 0;
  const nowUs = e.host.nowUs();
  let count = 0;
  for (const { gone, expiresUs } of elements.values()) if (!gone && expiresUs > nowUs) count++;
  return count;
}

function keyOf(key: readonly Value[]): Value {
  return key.length === 1 ? (key[0] as Value) : key.join(' ');
}
