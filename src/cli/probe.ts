/** `hopspec probe`: a plan's probes on the simulated kernel, one JSON line with what came of each flow. */
import { type PlanFlow, readPlan, runPlan } from '../index.js';
import { flowJson } from '../trace/flow-json.js';
import { pathOf } from '../trace/path.js';
import { connectionsOf } from '../trace/path-connections.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readInput } from './read-input.js';

interface ProbeFlags {
  readonly trace?: boolean;
}

export function probe(path: string, flags: ProbeFlags): ExitCode {
  const { text, file } = readInput(path);
  const record = flags.trace ?? false;
  const results = runPlan(readPlan(text, file), { record });
  const tell = (flow: PlanFlow): object =>
    record ? { ...flowJson(flow), path: pathOf(flow, connectionsOf(flow.events)) } : flowJson(flow);
  const probes = results.map(({ id, flows, conntrack }) => ({ id, flows: flows.map(tell), conntrack }));
  process.stdout.write(`${JSON.stringify({ kernel: 'simulated', probes })}\n`);
  return EXIT.ok;
}
