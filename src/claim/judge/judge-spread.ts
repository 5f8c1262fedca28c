/**
 * `1000 connections from pod A to Service nginx are spread within 5% of even`. What each endpoint can expect is counted over all of them, one after the
 * other: by the exact probabilities of the network's choices, and by where earlier connections lead later ones (affinity, a scheduler's turn).
 */
import type { Outcome } from '../../trace/trace.js';
import { claimedSentence, claimMismatch } from '../explain/mismatch.js';
import { endpointName } from '../place.js';
import type { SpreadClaim } from '../traffic-claim.js';
import type { ClaimWorld, Series, Subject, Target } from '../world.js';
import type { Finding, Sight } from './finding.js';
import type { Check } from './judgement.js';
import { checksOf, nothingMeant, sightsOf } from './checks.js';
import { notObserved } from './observed.js';
import { pointingWorld } from './pointing-world.js';
import { isReached, reachText } from './reach.js';
import { checkModelled } from './not-modelled.js';

const ANSWERED = 'every connection is answered';
/** What one part in a billion may be off: rules write probabilities with eleven digits. */
const ROUNDING = 1e-6;

/** Connections made one after the other; undefined where the outcomes of one are all that is known. */
export type InSeries = (subject: Subject, target: Target) => Series | undefined;

export function judgeSpread(claim: SpreadClaim, asked: ClaimWorld, inSeries?: InSeries): void {
  const world = pointingWorld(asked, claim.sentence);
  checkModelled(claim);
  const checks = checksOf(claim, world);
  if (checks.length === 0) throw nothingMeant(claim.sentence);
  for (const check of checks) {
    const sights = sightsOf(check, world);
    checkAnswered(claim, sights);
    const series = inSeries?.(check.subject, check.target);
    if (series?.lost !== undefined) throw lostLater(claim, check, series.lost, world);
    checkShares(claim, sights, expectedOf(claim, sights, series));
  }
}

function checkAnswered(claim: SpreadClaim, sights: readonly Sight[]): void {
  const lost = sights.find((sight) => !isReached(sight));
  if (lost !== undefined) throw mismatch(claim, lost, { expected: ANSWERED, happened: reachText(lost) });
}

function lostLater(
  claim: SpreadClaim,
  { subject, target }: Check,
  { number, trace }: NonNullable<Series['lost']>,
  world: ClaimWorld,
): Error {
  const sight: Sight = { subject, target, trace, outcome: trace.outcomes[0] as Outcome, world };
  return mismatch(claim, sight, { expected: ANSWERED, happened: `connection ${number} of ${claim.connections}: ${reachText(sight)}` });
}

/** How many connections each server can expect; those that none comes to in the end, though a first one may, among them. */
function expectedOf({ connections }: SpreadClaim, sights: readonly Sight[], series: Series | undefined): ReadonlyMap<string, number> {
  const expected = new Map<string, number>();
  for (const { outcome } of sights) {
    if (outcome.server === null) throw notObserved('who answered');
    const one = series === undefined ? outcome.probability * connections : 0;
    expected.set(outcome.server, (expected.get(outcome.server) ?? 0) + one);
  }
  for (const [server, count] of series?.expected ?? []) expected.set(server, count);
  return expected;
}

function checkShares(claim: SpreadClaim, sights: readonly Sight[], expected: ReadonlyMap<string, number>): void {
  const [{ target } = {}] = sights;
  // All to one is not spread, where there are others.
  const servers = expected.size > 1 ? expected.size : Math.max(1, target?.chosen?.length ?? 1);
  const even = claim.connections / servers;
  const off = (count: number): number => Math.abs(count - even);
  const [[server, count] = ['', even]] = [...expected].sort(([, a], [, b]) => off(b) - off(a) || b - a);
  if (off(count) <= even * (claim.tolerance / 100) + ROUNDING * claim.connections) return;
  const sight = (sights.find((one) => one.outcome.server === server) ?? sights[0]) as Sight;
  const ofAll = (part: number): string => `${Math.round(part)} of ${claim.connections}`;
  const wanted = `${ofAll(even)} connections to each of ${servers} endpoints, within ${claim.tolerance}%`;
  const who = endpointName(server, sight.world.namespace ?? 'default');
  const first = sights.reduce((sum, { outcome }) => sum + (outcome.server === server ? outcome.probability : 0), 0);
  const follows = Math.abs(first * claim.connections - count) >= 1;
  const why = follows ? ', for where earlier ones went decides where later ones go' : '';
  throw mismatch(claim, sight, { expected: wanted, happened: `${who} gets ${ofAll(count)}${why}` }, follows);
}

/** `always`: whichever outcome the first connection has. */
function mismatch(claim: SpreadClaim, sight: Sight, finding: Finding, always = false): Error {
  const { server, verdict } = sight.outcome;
  const same = sight.trace.outcomes.filter((outcome) => always || (outcome.server === server && outcome.verdict === verdict));
  const failing = { count: same.length, probability: same.reduce((sum, one) => sum + one.probability, 0) };
  const claimed = claimedSentence(claim.sentence, claim.toleranceSpan);
  return claimMismatch({ claimed, sight, finding, failing });
}
