/**
 * `1000 connections from pod A to Service nginx are spread within 5% of even`. Nothing is drawn: the outcomes carry the exact probabilities of
 * the network's choices, so the expected share of each endpoint is known, and must lie within the tolerance of an even one.
 */
import { claimedSentence, claimMismatch } from '../explain/mismatch.js';
import { endpointName } from '../place.js';
import type { SpreadClaim } from '../traffic-claim.js';
import type { ClaimWorld } from '../world.js';
import type { Finding, Sight } from './finding.js';
import { checksOf, nothingMeant, sightsOf } from './checks.js';
import { notObserved } from './observed.js';
import { pointingWorld } from './pointing-world.js';
import { isReached, reachText } from './reach.js';
import { checkModelled } from './not-modelled.js';

/** What one part in a billion may be off: rules write probabilities with eleven digits. */
const ROUNDING = 1e-6;

export function judgeSpread(claim: SpreadClaim, asked: ClaimWorld): void {
  const world = pointingWorld(asked, claim.sentence);
  checkModelled(claim);
  const checks = checksOf(claim, world);
  if (checks.length === 0) throw nothingMeant(claim.sentence);
  for (const check of checks) judgeOne(claim, sightsOf(check, world));
}

function judgeOne(claim: SpreadClaim, sights: readonly Sight[]): void {
  const lost = sights.find((sight) => !isReached(sight));
  if (lost !== undefined) throw mismatch(claim, lost, { expected: 'every connection is answered', happened: reachText(lost) });
  const shares = sharesOf(sights);
  const even = 1 / shares.size;
  for (const [server, share] of shares) {
    if (Math.abs(share - even) <= even * (claim.tolerance / 100) + ROUNDING) continue;
    const sight = sights.find((one) => one.outcome.server === server) as Sight;
    const count = (part: number): string => `${Math.round(part * claim.connections)} of ${claim.connections}`;
    const who = endpointName(server, sight.world.namespace ?? 'default');
    const expected = `${count(even)} connections to each of ${shares.size} endpoints, within ${claim.tolerance}%`;
    throw mismatch(claim, sight, { expected, happened: `${who} gets ${count(share)}` });
  }
}

function sharesOf(sights: readonly Sight[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { outcome } of sights) {
    if (outcome.server === null) throw notObserved('who answered');
    shares.set(outcome.server, (shares.get(outcome.server) ?? 0) + outcome.probability);
  }
  return shares;
}

function mismatch(claim: SpreadClaim, sight: Sight, finding: Finding): Error {
  const { server, verdict } = sight.outcome;
  const same = sight.trace.outcomes.filter((outcome) => outcome.server === server && outcome.verdict === verdict);
  const failing = { count: same.length, probability: same.reduce((sum, one) => sum + one.probability, 0) };
  const claimed = claimedSentence(claim.sentence, claim.toleranceSpan);
  return claimMismatch({ claimed, sight, finding, failing });
}
