/**
 * Rules that were read while their text was checked, kept for whoever compiles the chain, once: reading them is a third of loading a ruleset. Of
 * very large rulesets nothing is kept, as they are memory too, and most of their chains no packet ever reaches.
 */
import type { Chain } from '../ruleset.js';
import type { Rule } from './rule.js';

export const KEPT_RULES_MAX = 200_000;

const kept = new WeakMap<Chain, readonly (Rule | undefined)[]>();

/** Undefined for a rule that has what is not modelled. */
export function keepParsed(chain: Chain, rules: readonly (Rule | undefined)[]): void {
  kept.set(chain, rules);
}

/** They are not kept after that. */
export function takeParsed(chain: Chain): readonly (Rule | undefined)[] | undefined {
  const rules = kept.get(chain);
  if (rules !== undefined) kept.delete(chain);
  return rules;
}
