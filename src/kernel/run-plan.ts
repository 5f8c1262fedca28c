/**
 * Runs the probes of a plan, in order, on one network: what earlier flows leave behind stands, as it would in the lab. Choices are
 * answered by the oracle that is given, else always with the first branch.
 */
import type { ChoiceOracle } from '../base/choice.js';
import { inputError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Probe } from './contract.js';
import { createNetwork } from './network.js';
import { planSource } from './plan-source.js';

export interface ProbeResult {
  readonly id: string;
  readonly flows: readonly FlowRecord[];
}

const FIRST: ChoiceOracle = { choose: () => 0 };

export function runPlan(plan: Plan, options: { readonly oracle?: ChoiceOracle; readonly record?: boolean } = {}): readonly ProbeResult[] {
  const network = createNetwork(planSource(plan));
  return plan.probes.map((planned) => {
    const probe = toProbe(planned);
    const flows: FlowRecord[] = [];
    for (let i = 0; i < (planned.count ?? 1); i++) flows.push(network.probe(probe, options.oracle ?? FIRST, options.record ?? false));
    return { id: planned.id, flows };
  });
}

function toProbe(planned: ProbePlan): Probe {
  const { netns, proto, dport, sport, mark, timeoutMs } = planned;
  return { netns, proto, dst: address(planned, planned.dst), dport, src: optional(planned, planned.src), sport, mark, timeoutMs };
}

function optional(planned: ProbePlan, text: string | undefined): Probe['src'] {
  return text === undefined ? undefined : address(planned, text);
}

function address(planned: ProbePlan, text: string): Probe['dst'] {
  const ip = parseIp(text);
  if (ip !== undefined) return ip;
  throw inputError('bad-address', `probe ${planned.id}: ${text} is not an IP address`);
}
