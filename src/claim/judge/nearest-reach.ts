/** The sentence nearest to one about reaching that failed: the same about the connection shown, with the verb and the fate that were seen. */
import type { TrafficClaim } from '../traffic-claim.js';
import type { Sight } from './finding.js';
import { isReached } from './reach.js';

const FATE = { refused: ' and is refused', timeout: ' and times out', unreachable: ' and is unreachable', delivered: '' } as const;

export function nearestReach(claim: TrafficClaim, sight: Sight): string {
  const outcomes = sight.trace.outcomes;
  const delivered = outcomes.filter((outcome) => isReached({ ...sight, outcome })).length;
  const verb = delivered === 0 ? 'cannot reach' : delivered === outcomes.length ? 'can reach' : 'can sometimes reach';
  const fates = new Set(outcomes.map((outcome) => outcome.verdict));
  const fate = delivered === 0 && fates.size === 1 ? FATE[sight.outcome.verdict] : '';
  return `${subjectText(claim, sight)} ${verb} ${objectText(claim, sight)}${fate}`;
}

/** One of many senders by its own name. */
function subjectText(claim: TrafficClaim, sight: Sight): string {
  const many = claim.subject.kind === 'every-pod' || claim.subject.kind === 'pod-of';
  return many ? sight.subject.label : claim.sentence.slice(0, claim.modeSpan.start).trimEnd();
}

function objectText(claim: TrafficClaim, sight: Sight): string {
  const { sentence, object, objectSpan, route } = claim;
  const many = object.kind === 'every-pod' || object.kind === 'pod-of';
  const way = route === undefined || route.span.start === route.span.end ? '' : ` ${sentence.slice(route.span.start, route.span.end)}`;
  const node = route?.via === 'NodePort' && route.node === undefined ? /^nodeport\/(.+):\d+$/.exec(sight.target.to)?.[1] : undefined;
  return `${many ? sight.target.label : sentence.slice(objectSpan.start, objectSpan.end)}${way}${node === undefined ? '' : ` on ${node}`}`;
}
