/** A plan and what Linux answered, kept as JSON: a flow of the run to compare with where no namespaces can be made, or a mended difference. */
import { type Answer, compareAnswer } from '../compare/compare-flow.js';
import { type PlanDraft, planOf } from './draft.js';
import type { Judges, PlanDifference } from './judge.js';

export interface KeptCase {
  /** What it is about, as a sentence. */
  readonly name: string;
  /** As `uname -r` says. */
  readonly kernel: string;
  readonly plan: PlanDraft;
  /** One for each probe; null where Linux's own answer varies. */
  readonly linux: readonly (Answer | null)[];
  /** What the simulated kernel answered when the difference was found. */
  readonly simulated?: readonly Answer[];
}

/** What the simulated kernel answers otherwise today, and how many flows were compared. */
export function replay(
  kept: KeptCase,
  simulate: Judges['simulate'],
): { readonly compared: number; readonly differences: readonly PlanDifference[] } {
  const flows = simulate(planOf(kept.plan, kept.name));
  const differences: PlanDifference[] = [];
  let compared = 0;
  for (const [i, { id }] of kept.plan.probes.entries()) {
    const [mine, theirs] = [flows[i], kept.linux[i]];
    if (mine === undefined || theirs === undefined || theirs === null) continue;
    compared++;
    const difference = compareAnswer(mine, theirs);
    if (difference !== undefined) differences.push({ id, ...difference });
  }
  return { compared, differences };
}

/** Without the times, which vary. */
export function answerOf({ verdict, server, seen_src, seen_dst, local, errno, icmp, connections }: Answer): Answer {
  return { verdict, server, seen_src, seen_dst, local, errno, icmp, ...(connections === undefined ? {} : { connections }) };
}

/** One line for each part, so that a change can be read. */
export function caseText({ plan, linux, simulated, ...rest }: KeptCase): string {
  const lines = (list: readonly unknown[]): string => `[\n${list.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`;
  const netns = Object.entries(plan.netns).map(([name, space]) => `      ${JSON.stringify(name)}: ${JSON.stringify(space)}`);
  const parts = [
    ...Object.entries(rest).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`),
    `  "plan": {${plan.epoch === undefined ? '' : `"epoch": ${plan.epoch}, `}"netns": {\n${netns.join(',\n')}\n    },\n    "listeners": ${JSON.stringify(plan.listeners)},\n    "probes": ${lines(plan.probes)}}`,
    `  "linux": ${lines(linux)}`,
    ...(simulated === undefined ? [] : [`  "simulated": ${lines(simulated)}`]),
  ];
  return `{\n${parts.join(',\n')}\n}\n`;
}
