/**
 * Choices of the network (which endpoint, which ECMP leg) are asked of an oracle, never drawn in place. A run follows a
 * script; what lies past its end is answered with the first branch, and noted, so that the enumeration knows what to walk next.
 */
export interface ChoiceOracle {
  /** Picks a branch 0…weights.length-1. `site` names the choice for the report; `weights` are probabilities that sum to 1. */
  choose(site: string, weights: readonly number[]): number;
  /** What was just loaded has no past: a scheduler begins where the kernel lets it begin, which is no choice. */
  readonly fresh?: boolean | undefined;
}

/** For comparing with a kernel that has just been given its rules. */
export function freshOracle(oracle: ChoiceOracle): ChoiceOracle {
  return { choose: (site, weights) => oracle.choose(site, weights), fresh: true };
}
