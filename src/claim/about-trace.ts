/**
 * Claims about one trace that is there already, for programs: the same judges, the same messages. Whoever made the trace knows the names that it is
 * written in, and is the world they are judged in.
 */
import type { Trace } from '../trace/trace.js';
import type { Judgement } from './judge/judgement.js';
import { judgeQualifiers, judgeTraffic } from './judge/judge-traffic.js';
import { parseQualifier } from './parse/traffic-claim.js';
import { judgePath, type PathOptions, type PathRow } from './path.js';
import { endpointName } from './place.js';
import type { ReachMode, TrafficClaim } from './traffic-claim.js';
import type { ClaimWorld, Subject, Target } from './world.js';

/** Whether the connection is made, in every outcome, in none, or in some. */
export function claimReach(trace: Trace, world: ClaimWorld, mode: ReachMode): void {
  const words = { can: 'can reach', cannot: 'cannot reach', sometimes: 'can sometimes reach' }[mode];
  const { subject, target } = endsOf(trace, world);
  const sentence = `${subject.label} ${words} ${target.label}`;
  const start = subject.label.length + 1;
  const span = { start: sentence.length - target.label.length, end: sentence.length };
  const claim: TrafficClaim = {
    ...claimOf(trace, world),
    ...{ sentence, mode, modeSpan: { start, end: start + words.length }, objectSpan: span },
    object: { kind: 'address', address: trace.flow.address, span },
  };
  judgeTraffic(claim, {
    namespace: world.namespace,
    subjects: () => [subject],
    targets: () => [target],
    trace: () => trace,
    addresses: (phrase) => world.addresses(phrase),
    owner: (address) => world.owner(address),
    why: (place, rule) => world.why?.(place, rule),
    nodes: () => world.nodes(),
    replay: (from, to) => world.replay(from, to),
  });
}

/** `it is SNATed to node1 and it passes through node2`. */
export function claimQualifiers(trace: Trace, world: ClaimWorld, sentence: string): void {
  judgeQualifiers(parseQualifier(sentence), judgementOf(trace, world), world);
}

export function claimPath(trace: Trace, world: ClaimWorld, rows: readonly PathRow[], options: PathOptions): void {
  judgePath(rows, options, judgementOf(trace, world), world);
}

function judgementOf(trace: Trace, world: ClaimWorld): Judgement {
  const ends = endsOf(trace, world);
  return { claim: claimOf(trace, world), checks: [{ ...ends, trace }], subjects: [ends.subject], whole: undefined, ok: true };
}

function claimOf(trace: Trace, world: ClaimWorld): TrafficClaim {
  const { subject, target } = endsOf(trace, world);
  const span = { start: 0, end: 0 };
  return {
    sentence: `${subject.label} can reach ${target.label}`,
    subject: { kind: 'pod', name: { namespace: undefined, name: subject.label, span }, node: undefined, container: undefined },
    mode: 'can',
    modeSpan: span,
    object: { kind: 'address', address: trace.flow.address, span },
    objectSpan: span,
    route: undefined,
    qualifiers: [],
  };
}

function endsOf({ flow }: Trace, world: ClaimWorld): { subject: Subject; target: Target } {
  const current = world.namespace ?? 'default';
  const protocol = flow.protocol as Target['protocol'];
  return {
    subject: { from: flow.from, label: endpointName(flow.from, current), node: undefined },
    target: { to: flow.to, label: endpointName(flow.to, current), protocol },
  };
}
