/**
 * Runs the probes of a plan, in order, on one network: what earlier flows leave behind stands, as it would in the lab. Choices are
 * answered by the oracle that is given, else drawn from a seed.
 */
import type { ChoiceOracle } from '../base/choice.js';
import { inputError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import { createRng } from '../base/rng.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Probe } from './contract.js';
import { createNetwork } from './network.js';
import { planSource } from './plan-source.js';

export interface ProbeResult {
  readonly id: string;
  readonly flows: readonly FlowRecord[];
}

const DRAWS = 2 ** 31;

export interface RunOptions {
  readonly oracle?: ChoiceOracle;
  /** Of the choices, where no oracle is given; 1 unless given. */
  readonly seed?: number;
  readonly record?: boolean;
}

export function runPlan(plan: Plan, options: RunOptions = {}): readonly ProbeResult[] {
  const oracle = options.oracle ?? seededOracle(options.seed ?? 1);
  const network = createNetwork(planSource(plan));
  return plan.probes.map((planned) => {
    const probe = toProbe(planned);
    const flows: FlowRecord[] = [];
    for (let i = 0; i < (planned.count ?? 1); i++) flows.push(network.probe(probe, oracle, options.record ?? false));
    return { id: planned.id, flows };
  });
}

/** Draws each branch with its probability. */
function seededOracle(seed: number): ChoiceOracle {
  const rng = createRng(seed);
  return {
    choose: (_site, weights) => {
      let left = rng.below(DRAWS) / DRAWS;
      for (const [branch, weight] of weights.entries()) {
        if (left < weight) return branch;
        left -= weight;
      }
      return weights.length - 1;
    },
  };
}

function toProbe(planned: ProbePlan): Probe {
  const { id: _, count: __, size: payload, dst, dport, src, ...rest } = planned;
  return { ...rest, dport, dst: address(planned, dst), src: optional(planned, src), payload };
}

function optional(planned: ProbePlan, text: string | undefined): Probe['src'] {
  return text === undefined ? undefined : address(planned, text);
}

function address(planned: ProbePlan, text: string): Probe['dst'] {
  const ip = parseIp(text);
  if (ip !== undefined) return ip;
  throw inputError('bad-address', `probe ${planned.id}: ${text} is not an IP address`);
}
