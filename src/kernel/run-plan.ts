/**
 * Runs the probes of a plan, in order, on one network: what earlier flows leave behind stands, as it would in the lab. Choices are
 * answered by the oracle that is given, else drawn from a seed.
 */
import { type ChoiceOracle, freshOracle } from '../base/choice.js';
import { InputError, inputError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import { createRng } from '../base/rng.js';
import { readConntrackArgs } from '../plan/conntrack-args.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import type { FlowRecord } from '../trace/flow-record.js';
import { changePlan } from '../plan/change-plan.js';
import type { Probe, SimulatedNetwork, Story } from './contract.js';
import { createNetwork } from './network.js';
import { planSource } from './plan-source.js';

export interface ProbeResult {
  readonly id: string;
  readonly flows: readonly FlowRecord[];
  /** By namespace, where the probe asks: a line for each connection. */
  readonly conntrack?: Readonly<Record<string, readonly string[]>>;
}

const DRAWS = 2 ** 31;

export interface RunOptions {
  readonly oracle?: ChoiceOracle;
  /** Of the choices, where no oracle is given; 1 unless given. */
  readonly seed?: number;
  readonly record?: boolean;
}

export function runPlan(plan: Plan, options: RunOptions = {}): readonly ProbeResult[] {
  const oracle = freshOracle(options.oracle ?? seededOracle(options.seed ?? 1));
  const network = createNetwork(planSource(plan));
  const isStory = plan.probes.some(isPartOfStory);
  let now = plan;
  return plan.probes.map((planned, index) => {
    if (isStory) now = goOn(network, now, planned);
    const probe = isStory ? { ...toProbe(planned), story: storyOf(planned) } : toProbe(planned);
    const flows: FlowRecord[] = [];
    for (let i = 0; i < (planned.count ?? 1); i++)
      flows.push(carry(network, probe, oracle, options.record ?? false, `probes[${index}] (${planned.id})`));
    return { id: planned.id, flows, ...(planned.conntrack === undefined ? {} : { conntrack: listed(network, planned.conntrack) }) };
  });
}

/** Of many probes, the one that goes round in a circle is named. */
function carry(network: SimulatedNetwork, probe: Probe, oracle: ChoiceOracle, record: boolean, name: string): FlowRecord {
  try {
    return network.probe(probe, oracle, record);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'packet-loop') throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, message: `${name}: ${problem.message}` })));
  }
}

function isPartOfStory({ afterMs, change, stop, keep, conntrack }: ProbePlan): boolean {
  return [afterMs, change, stop, keep, conntrack].some((field) => field !== undefined);
}

/** What happens before the probe; the plan that holds from then on. */
function goOn(network: SimulatedNetwork, plan: Plan, { afterMs = 0, change, stop = [] }: ProbePlan): Plan {
  if (afterMs > 0) network.pass(afterMs * 1000);
  const changed = change === undefined ? plan : changePlan(plan, change);
  const inPlace = Object.values(change ?? {}).some((one) => one.inPlace === true);
  if (changed !== plan) network.replacePlan(inPlace ? { ...planSource(changed), inPlace } : planSource(changed));
  for (const [name, { conntrack = [] }] of Object.entries(change ?? {})) {
    for (const text of conntrack) network.deleteConnections(name, readConntrackArgs(text, name));
  }
  for (const listener of stop) network.stop(listener);
  return changed;
}

function storyOf({ id, reuse, keep, close }: ProbePlan): Story {
  return { socket: reuse ?? id, keep: keep === true, close };
}

function listed(network: SimulatedNetwork, names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(names.map((name) => [name, network.connections(name)]));
}

/** Draws each branch with its probability. */
export function seededOracle(seed: number): ChoiceOracle {
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
  const { netns, proto, dst, dport, src, sport, mark, timeoutMs, size, df, broadcast, tos, ttl, device, uid, gid } = planned;
  const ends = { netns, proto, dst: address(planned, dst), dport, src: optional(planned, src), sport };
  return { ...ends, mark, timeoutMs, payload: size, df, broadcast, tos, ttl, device, uid, gid };
}

function optional(planned: ProbePlan, text: string | undefined): Probe['src'] {
  return text === undefined ? undefined : address(planned, text);
}

function address(planned: ProbePlan, text: string): Probe['dst'] {
  const ip = parseIp(text);
  if (ip !== undefined) return ip;
  throw inputError('bad-address', `probe ${planned.id}: ${text} is not an IP address`);
}
