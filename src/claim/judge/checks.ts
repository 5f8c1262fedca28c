/** Which connections a sentence speaks of: every sender it names, to every address it names for that sender. */
import { InvariantError, inputError, unsupported } from '../../base/errors.js';
import type { TrafficClaim } from '../traffic-claim.js';
import type { ClaimWorld, Subject, Target } from '../world.js';
import type { Sight } from './finding.js';
import type { Check, Judgement } from './judgement.js';

type Ends = Pick<TrafficClaim, 'subject' | 'object' | 'route'>;

export function checksOf(claim: Ends, world: ClaimWorld): readonly Check[] {
  return subjectsOf(claim, world).flatMap((subject) => checksOfSubject(claim, subject, world));
}

/** `every other pod` leaves out who the sentence before was about, and whom this one is about. */
export function subjectsOf(claim: Ends, world: ClaimWorld, previous?: Judgement): readonly Subject[] {
  const subjects = world.subjects(claim.subject);
  const { object } = claim;
  if (claim.subject.kind !== 'every-pod' || !claim.subject.other) return subjects;
  const named = new Set(previous?.subjects.map((subject) => subject.from));
  if (object.kind === 'pod') for (const one of world.subjects(object)) named.add(one.from);
  return subjects.filter((subject) => !named.has(subject.from));
}

interface Range {
  /** More connections than these are too many. */
  readonly max?: number;
  /** Which of the targets are walked. */
  readonly choose?: (targets: readonly Target[]) => readonly Target[];
}

/** UnsupportedError where there are too many. */
export function checksOfSubject(
  claim: Ends,
  subject: Subject,
  world: ClaimWorld,
  { max = Infinity, choose }: Range = {},
): readonly Check[] {
  const all = world.targets(claim.object, claim.route, subject);
  const targets = choose === undefined ? all : choose(all);
  if (targets.length > max)
    throw unsupported('too-many-connections', 'this sentence speaks of too many connections to walk them all', {
      fix: 'name fewer senders or receivers: a namespace, labels, one pod',
    });
  return targets.map((target) => ({ subject, target, trace: world.trace(subject, target) }));
}

export function sightsOf(check: Check, world: ClaimWorld): readonly Sight[] {
  const { subject, target, trace } = check;
  if (trace.outcomes.length === 0) throw new InvariantError(`the trace from ${subject.from} to ${target.to} has no outcome`);
  return trace.outcomes.map((outcome) => ({ subject, target, trace, outcome, world }));
}

/** What nobody sends can be neither true nor false. */
export function nothingMeant(sentence: string): Error {
  const position = { file: 'step', line: 1, column: 1, text: sentence, width: sentence.length };
  return inputError('nothing-meant', 'the sentence speaks of no connection at all', {
    position,
    fix: 'create the pods that it means first',
  });
}
