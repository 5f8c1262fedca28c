/**
 * `1000 connections from pod A to Service nginx are spread within 5% of even`. Nothing is drawn: the outcomes carry the exact probabilities of
 * the network's choices, so the expected share of each endpoint is known, and must lie within the tolerance of an even one.
 */
import { claimedSentence, claimMismatch } from '../explain/mismatch.js';
import { endpointName } from '../place.js';
import type { SpreadClaim } from '../traffic-claim.js';
import type { ClaimWorld } from '../world.js';
import { deliveryText } from './fate-text.js';
import type { Sight } from './finding.js';
import { sightsOf } from './judge-traffic.js';
import { checkModelled } from './not-modelled.js';

/** What one part in a billion may be off: rules write probabilities with eleven digits. */
const ROUNDING = 1e-6;

export function judgeSpread(claim: SpreadClaim, world: ClaimWorld): void {
  checkModelled(claim);
  for (const subject of world.subjects(claim.subject)) {
    for (const target of world.targets(claim.object, claim.route, subject)) {
      judgeOne(claim, sightsOf({ subject, target, trace: world.trace(subject, target) }, world));
    }
  }
}

function judgeOne(claim: SpreadClaim, sights: readonly Sight[]): void {
  const lost = sights.find((sight) => sight.outcome.verdict !== 'delivered');
  if (lost !== undefined) throw mismatch(claim, lost, 'every connection is answered', deliveryText(lost), lost.outcome.probability);
  const shares = sharesOf(sights);
  const even = 1 / shares.size;
  for (const [server, share] of shares) {
    if (Math.abs(share - even) <= even * (claim.tolerance / 100) + ROUNDING) continue;
    const sight = sights.find((one) => one.outcome.server === server) as Sight;
    const count = (part: number): string => `${Math.round(part * claim.connections)} of ${claim.connections}`;
    const who = endpointName(server ?? 'one endpoint', currentOf(sight));
    const expected = `${count(even)} connections to each of ${shares.size} endpoints, within ${claim.tolerance}%`;
    throw mismatch(claim, sight, expected, `${who} gets ${count(share)}`, share);
  }
}

function sharesOf(sights: readonly Sight[]): ReadonlyMap<string | null, number> {
  const shares = new Map<string | null, number>();
  for (const { outcome } of sights) shares.set(outcome.server, (shares.get(outcome.server) ?? 0) + outcome.probability);
  return shares;
}

function currentOf(sight: Sight): string {
  return sight.world.namespace ?? 'default';
}

function mismatch(claim: SpreadClaim, sight: Sight, expected: string, happened: string, probability: number): Error {
  const count = sight.trace.outcomes.filter((outcome) => outcome.server === sight.outcome.server && outcome.verdict === sight.outcome.verdict).length;
  const claimed = claimedSentence(claim.sentence, claim.toleranceSpan);
  return claimMismatch({ claimed, sight, finding: { expected, happened }, failing: { count, probability } });
}
