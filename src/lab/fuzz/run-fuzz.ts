/**
 * Plans of consecutive seeds put to both kernels. A difference is asked for twice more, with more patience, lest a busy machine be taken for
 * one; what remains is made as small as it can be and handed to the caller to keep.
 */
import { comparable } from '../compare/compare-flow.js';
import { type PlanDraft, planOf } from './draft.js';
import { type Judgement, judge, type Judges, type PlanDifference } from './judge.js';
import { shrink } from './shrink.js';

const PROBES = 60;
/** Less than TCP takes to send data again, which the simulated kernel does in stories alone. */
const PATIENT_MS = 190;
const SHRINK_TRIES = 300;

export interface FuzzOptions {
  /** The plan of a seed, with so many probes. */
  readonly generate: (seed: number, probes: number) => PlanDraft;
  /** How many probes a plan has; 60 unless given. */
  readonly probes?: number;
  readonly seed: number;
  readonly runs: number;
  /** Whether another plan may begin. */
  readonly hasTime: () => boolean;
  readonly shrinks: boolean;
  readonly onPlan: (seed: number, judgement: Judgement) => void;
  readonly onDifference: (found: FoundDifference) => void;
}

export interface FoundDifference {
  readonly seed: number;
  readonly difference: PlanDifference;
  readonly plan: PlanDraft;
  readonly judgement: Judgement;
}

export interface FuzzReport {
  readonly plans: number;
  readonly flows: number;
  readonly differences: number;
  /** Flows that Linux itself answered otherwise when asked again. */
  readonly unsteady: number;
  /** Plans of which nothing could be compared, by reason. */
  readonly cannotSay: readonly string[];
}

export function runFuzz(judges: Judges, options: FuzzOptions): FuzzReport {
  const report = { plans: 0, flows: 0, differences: 0, unsteady: 0, cannotSay: [] as string[] };
  for (let seed = options.seed; seed < options.seed + options.runs && options.hasTime(); seed++) {
    const draft = options.generate(seed, options.probes ?? PROBES);
    const first = judge(draft, judges);
    report.plans++;
    report.flows += first.compared;
    if (first.cannotSay !== undefined) report.cannotSay.push(`${seed}: ${first.cannotSay}`);
    const sure = confirm(draft, confirm(draft, first, judges), judges);
    report.unsteady += first.differences.length - sure.differences.length;
    report.differences += sure.differences.length;
    options.onPlan(seed, sure);
    const [difference] = sure.differences;
    if (difference !== undefined) options.onDifference({ seed, ...smallest(draft, sure, difference, judges, options.shrinks) });
  }
  return report;
}

/** What differs again, in the same way. */
function confirm(draft: PlanDraft, first: Judgement, judges: Judges): Judgement {
  if (first.differences.length === 0) return first;
  const differing = new Set(first.differences.map(({ id }) => id));
  const last = draft.probes.findLastIndex(({ id }) => differing.has(id));
  const probes = draft.probes.slice(0, last + 1).map((probe) => (differing.has(probe.id) ? { ...probe, timeout_ms: PATIENT_MS } : probe));
  const second = judge({ ...draft, probes }, judges);
  const differences = first.differences.filter((one) => second.differences.some((other) => isSame(one, other)));
  // Of the others Linux said now so, now otherwise.
  const real = first.real.map((answer, i) => {
    const id = draft.probes[i]?.id ?? '';
    return differing.has(id) && !differences.some((one) => one.id === id) ? null : answer;
  });
  return { ...first, differences, real };
}

function isSame(one: PlanDifference, other: PlanDifference): boolean {
  return one.id === other.id && one.what === other.what && one.simulated === other.simulated && one.real === other.real;
}

type Smallest = Pick<FoundDifference, 'difference' | 'plan' | 'judgement'>;

// eslint-disable-next-line eslint/max-params
function smallest(draft: PlanDraft, judgement: Judgement, difference: PlanDifference, judges: Judges, shrinks: boolean): Smallest {
  if (!shrinks) return { difference, plan: draft, judgement };
  const stillDiffers = (smaller: PlanDraft): boolean =>
    mayDiffer(smaller, difference, judges) && judge(smaller, judges).differences.some((other) => isSame(difference, other));
  const alone = { ...draft, probes: draft.probes.filter(({ id }) => id === difference.id) };
  const start = alone.probes.length > 0 && stillDiffers(alone) ? alone : draft;
  const plan = shrink(start, stillDiffers, SHRINK_TRIES);
  return { difference, plan, judgement: judge(plan, judges) };
}

/** Whether the simulated kernel, which is quick, still says what it said. */
function mayDiffer(draft: PlanDraft, { id, what, simulated }: PlanDifference, judges: Judges): boolean {
  const at = draft.probes.findIndex((probe) => probe.id === id);
  if (at < 0) return id === 'plan';
  try {
    const flow = judges.simulate(planOf(draft, 'plan'))[at];
    const said = flow === undefined ? undefined : comparable(flow)[what];
    return flow !== undefined && (said === undefined || said === simulated);
  } catch {
    return false;
  }
}
