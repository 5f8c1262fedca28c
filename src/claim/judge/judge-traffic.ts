/**
 * Quantification. A sentence is true only if it is true for every sender it names, every address it names for that sender, and every outcome
 * the network allows. `cannot` means in no outcome; `can sometimes` means that each sender has at least one outcome, over all addresses, in
 * which the connection is made and every qualifier holds. The first outcome that shows otherwise is the counterexample.
 */
import { inputError } from '../../base/errors.js';
import { claimedSentence, claimMismatch } from '../explain/mismatch.js';
import type { Span } from '../phrase.js';
import type { Qualifier, QualifierSentence, ReachMode, TrafficClaim } from '../traffic-claim.js';
import type { ClaimWorld, Subject } from '../world.js';
import { cutRange, tellsApart } from './alike.js';
import { checkNodes, checkPlaces } from './check-nodes.js';
import { checksOfSubject, nothingMeant, sightsOf, subjectsOf } from './checks.js';
import type { Finding, Sight } from './finding.js';
import { type Check, everyCheck, type Judgement } from './judgement.js';
import { nearestReach } from './nearest-reach.js';
import { checkModelled, checkQualifiersModelled } from './not-modelled.js';
import { pointingWorld } from './pointing-world.js';
import { judgeQualifier } from './qualifier.js';
import { isReached, judgeReach } from './reach.js';

/** So many connections one sentence may speak of: 25,000 take 4 s and 500 MiB, for all traces are kept. */
const CONNECTIONS_MAX = 25_000;

/** What is asked of each outcome, and how the sentence is shown if one does not do it. */
interface Demand {
  readonly sentence: string;
  readonly mode: ReachMode;
  /** Undefined where the connection itself was judged before. */
  readonly reach: { readonly claim: TrafficClaim; readonly span: Span } | undefined;
  readonly qualifiers: readonly Qualifier[];
}

interface Fault {
  readonly sight: Sight;
  readonly finding: Finding;
  readonly span: Span;
  /** Of a qualifier; undefined for the connection itself. */
  readonly qualifier: Qualifier | undefined;
}

/** `previous` is the claim that `every other pod` is other than. */
export function judgeTraffic(claim: TrafficClaim, asked: ClaimWorld, previous?: Judgement): Judgement {
  const world = pointingWorld(asked, claim.sentence);
  checkModelled(claim);
  checkQualifiersModelled(claim.sentence, claim.qualifiers);
  checkNodes(claim.sentence, claim.qualifiers, world);
  checkPlaces(claim, world);
  const demand: Demand = {
    sentence: claim.sentence,
    mode: claim.mode,
    reach: { claim, span: claim.modeSpan },
    qualifiers: claim.qualifiers,
  };
  const subjects = subjectsOf(claim, world, previous);
  const range = cutRange(claim, subjects, world);
  const checks: Check[] = [];
  for (const subject of range.subjects) {
    const own = checksOfSubject(claim, subject, world, {
      max: CONNECTIONS_MAX - checks.length,
      choose: (all) => range.choose(subject, all),
    });
    demandAll(demand, own, world);
    checks.push(...own);
  }
  if (checks.length === 0) throw nothingMeant(claim.sentence);
  return { claim, checks, subjects, whole: range.isCut() ? wholeOf(claim, subjects, world) : undefined, ok: true };
}

/** Every connection of the claim, as long as the cluster is the one that it was about. */
function wholeOf(claim: TrafficClaim, subjects: readonly Subject[], world: ClaimWorld): () => readonly Check[] {
  const moment = world.moment?.();
  return () => {
    if (world.moment?.() !== moment)
      throw inputError('cluster-changed', 'the cluster has changed since the claim that this step is about', {
        fix: 'let it follow that claim, before anything else happens',
      });
    const checks: Check[] = [];
    for (const subject of subjects) checks.push(...checksOfSubject(claim, subject, world, { max: CONNECTIONS_MAX - checks.length }));
    return checks;
  };
}

/** Qualifiers on their own, about the connections of the last claim. */
export function judgeQualifiers(sentence: QualifierSentence, judgement: Judgement, asked: ClaimWorld): void {
  const world = pointingWorld(asked, sentence.sentence);
  const demand: Demand = { sentence: sentence.sentence, mode: judgement.claim.mode, reach: undefined, qualifiers: sentence.qualifiers };
  checkQualifiersModelled(sentence.sentence, sentence.qualifiers);
  checkNodes(sentence.sentence, sentence.qualifiers, world);
  const checks = tellsApart(sentence.qualifiers) ? everyCheck(judgement) : judgement.checks;
  for (const own of bySubject(checks)) demandAll(demand, own, world);
}

function demandAll(demand: Demand, checks: readonly Check[], world: ClaimWorld): void {
  if (demand.mode === 'sometimes') demandOne(demand, checks, world);
  else for (const check of checks) for (const sight of sightsOf(check, world)) throwIf(faultOf(demand, sight), demand);
}

function demandOne(demand: Demand, checks: readonly Check[], world: ClaimWorld): void {
  const faults: Fault[] = [];
  for (const check of checks) {
    for (const sight of sightsOf(check, world)) {
      const fault = faultOf(demand, sight);
      if (fault === undefined) return;
      faults.push(fault);
    }
  }
  // The outcome that came furthest says most: a connection that was made and lacks a qualifier before one that was not made.
  throwIf(faults.find((fault) => isReached(fault.sight)) ?? faults[0], demand);
}

function faultOf(demand: Demand, sight: Sight): Fault | undefined {
  if (demand.reach !== undefined || demand.mode === 'sometimes') {
    const finding = judgeReach(demand.mode, sight);
    const span = demand.reach?.span ?? { start: 0, end: demand.sentence.length };
    if (finding !== undefined) return { sight, finding, span, qualifier: undefined };
  }
  for (const qualifier of demand.qualifiers) {
    const finding = judgeQualifier(qualifier, sight, demand.sentence);
    if (finding !== undefined) return { sight, finding, span: qualifier.span, qualifier };
  }
  return undefined;
}

function throwIf(fault: Fault | undefined, demand: Demand): void {
  if (fault === undefined) return;
  const { sight, finding, span, qualifier } = fault;
  const claimed = claimedSentence(demand.sentence, span);
  const nearest = nearestText(fault, demand);
  throw claimMismatch({ claimed, sight, finding, failing: sameFaults(demand, sight, qualifier), nearest });
}

function nearestText(fault: Fault, demand: Demand): string | null {
  const { qualifier, sight } = fault;
  if (qualifier === undefined) return demand.reach === undefined ? null : nearestReach(demand.reach.claim, sight);
  const { nearest } = fault.finding;
  const faults = sight.trace.outcomes.map((outcome) => faultOf(demand, { ...sight, outcome }));
  if (demand.mode === 'can' && faults.includes(undefined)) return demand.reach === undefined ? null : sometimes(demand.reach);
  // What holds in one outcome only would not have held.
  const isSame = (one: Fault | undefined): boolean => one?.qualifier === qualifier && one.finding.nearest === nearest;
  if (nearest === undefined || (demand.mode !== 'sometimes' && !faults.every(isSame))) return null;
  return nearest.startsWith('the ') ? nearest : `it ${nearest}`;
}

/** Some outcome has all that is asked for. */
function sometimes({ claim, span }: NonNullable<Demand['reach']>): string {
  return `${claim.sentence.slice(0, span.start)}can sometimes reach${claim.sentence.slice(span.end)}`;
}

/** How many outcomes of the same connection fail at the same part of the sentence. */
function sameFaults(demand: Demand, shown: Sight, qualifier: Qualifier | undefined): { count: number; probability: number } {
  const same = shown.trace.outcomes.filter((outcome) => {
    const fault = faultOf(demand, { ...shown, outcome });
    return fault !== undefined && fault.qualifier === qualifier;
  });
  return { count: same.length, probability: same.reduce((sum, outcome) => sum + outcome.probability, 0) };
}

function bySubject(checks: readonly Check[]): readonly (readonly Check[])[] {
  const groups = new Map<string, Check[]>();
  for (const check of checks) {
    const group = groups.get(check.subject.from);
    if (group === undefined) groups.set(check.subject.from, [check]);
    else group.push(check);
  }
  return [...groups.values()];
}
