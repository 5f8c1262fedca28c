/**
 * One plan put to both kernels. What is not modelled, or what this machine's kernel lacks, is "cannot say" by name; a flow whose answer hangs
 * on how fast the machine is says so itself and is not compared. Anything else that differs is a difference.
 */
import { HopspecError, UnsupportedError } from '../../base/errors.js';
import type { Plan } from '../../plan/plan.js';
import type { Path } from '../../trace/path.js';
import { type Answer, compareAnswer, type Difference } from '../compare/compare-flow.js';
import { comparePath } from '../compare/compare-path.js';
import { PortNames } from '../compare/port-names.js';
import { type PlanDraft, planOf } from './draft.js';

/** With its path where both judges tell it. */
export interface JudgedFlow extends Answer {
  /** The machine, not the plan, decided. */
  readonly starved?: boolean | undefined;
  readonly path?: Path | undefined;
}

export interface SimulatedFlow extends JudgedFlow {
  /** False where the kernel limits errors by the time between them. */
  readonly certain: boolean;
}

/** One answer for each probe, in order. */
export interface Judges {
  simulate(plan: Plan): readonly SimulatedFlow[];
  ask(plan: Plan): readonly JudgedFlow[];
}

export interface PlanDifference {
  /** The probe's, or `plan` where one kernel refuses what the other takes. */
  readonly id: string;
  readonly what: string;
  readonly simulated: string;
  readonly real: string;
  /** Where paths part: the steps up to there. */
  readonly steps?: Difference['steps'];
}

export interface Judgement {
  readonly compared: number;
  /** Flows that differ, in order. */
  readonly differences: readonly PlanDifference[];
  /** Why nothing was compared. */
  readonly cannotSay: string | undefined;
  readonly plan: PlanDraft;
  readonly simulated: readonly Answer[];
  /** Null where it is not compared. */
  readonly real: readonly (Answer | null)[];
}

export function judge(draft: PlanDraft, judges: Judges): Judgement {
  const read = attempt(() => planOf(draft, 'plan'));
  if (read.value === undefined) return nothing(draft, `no plan: ${read.refused ?? read.cannotSay ?? ''}`);
  const plan = read.value;
  const simulated = attempt(() => judges.simulate(plan));
  if (simulated.cannotSay !== undefined) return nothing(draft, simulated.cannotSay);
  const real = attempt(() => judges.ask(plan));
  if (real.cannotSay !== undefined) return nothing(draft, real.cannotSay);
  if (simulated.refused !== undefined || real.refused !== undefined) return refusals(draft, simulated.refused, real.refused);
  return compareFlows(draft, simulated.value ?? [], real.value ?? []);
}

function compareFlows(draft: PlanDraft, simulated: readonly SimulatedFlow[], real: readonly JudgedFlow[]): Judgement {
  const differences: PlanDifference[] = [];
  let compared = 0;
  for (const [i, { id, broadcast }] of draft.probes.entries()) {
    const [mine, theirs] = [simulated[i], real[i]];
    if (mine === undefined || theirs === undefined || !mine.certain || theirs.starved === true) continue;
    compared++;
    // Answers to a broadcast come from addresses that nobody called: evidence does not know them for the flow's.
    const difference = compareAnswer(mine, theirs) ?? (broadcast === true ? undefined : comparePaths(mine, theirs));
    if (difference !== undefined) differences.push({ id, ...difference });
  }
  const said = real.map((answer, i) => (simulated[i]?.certain === true && answer.starved !== true ? answer : null));
  return { compared, differences, cannotSay: undefined, plan: draft, simulated, real: said };
}

function comparePaths(mine: JudgedFlow, theirs: JudgedFlow): Difference | undefined {
  if (mine.path === undefined || theirs.path === undefined) return undefined;
  // Evidence has no more than the first of a packet's fragments.
  if (mine.path.packets.some(({ steps }) => steps.some(({ pkt }) => pkt.includes(' fragment ')))) return undefined;
  return comparePath(mine.path, theirs.path, new PortNames(mine.local, theirs.local));
}

interface Attempt<T> {
  readonly value?: T;
  readonly refused?: string;
  readonly cannotSay?: string;
}

function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { value: run() };
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    // What goes round for ever has no answer on Linux either.
    return error instanceof UnsupportedError || (error instanceof HopspecError && error.code === 'packet-loop')
      ? { cannotSay: text }
      : { refused: `${error instanceof HopspecError ? '' : 'BROKEN '}${text}` };
  }
}

function refusals(draft: PlanDraft, simulated: string | undefined, real: string | undefined): Judgement {
  const both = simulated !== undefined && real !== undefined && !simulated.startsWith('BROKEN');
  if (both) return nothing(draft, `refused by both: ${real}`);
  const difference = { id: 'plan', what: 'taken', simulated: simulated ?? 'yes', real: real ?? 'yes' };
  return { ...nothing(draft, undefined), differences: [difference] };
}

function nothing(plan: PlanDraft, cannotSay: string | undefined): Judgement {
  return { compared: 0, differences: [], cannotSay, plan, simulated: [], real: [] };
}
