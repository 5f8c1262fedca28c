/** Joins the two kernels for comparing: the simulated one, and the machine's own. Nothing that users run loads it. */
import type { ChoiceOracle } from '../base/choice.js';
import { legSite } from '../kernel/route/multipath.js';
import { runPlan, seededOracle } from '../kernel/run-plan.js';
import { execute, type LabKernel } from '../lab/execute.js';
export { readPlan } from '../plan/plan-json.js';
export { execute } from '../lab/execute.js';
export { answerOf, caseText, replay } from '../lab/fuzz/case-file.js';
export { GENERATORS } from '../lab/fuzz/generators.js';
export { readLabKernel } from '../lab/lab-kernel.js';
export { runFuzz } from '../lab/fuzz/run-fuzz.js';
import { connectionLines } from '../lab/compare/connection-lines.js';
import { stepText } from '../lab/compare/compare-path.js';
import type { Judges, PlanDifference, SimulatedFlow } from '../lab/fuzz/judge.js';
import type { Plan } from '../plan/plan.js';
import { runLab } from '../lab/run-lab.js';
import { flowJson } from '../trace/flow-json.js';
import type { FlowRecord } from '../trace/flow-record.js';
import { pathOf } from '../trace/path.js';

/** How many errors about routes Linux lets a receiver have at once (ip_rt_error_burst over ip_rt_error_cost). */
const ROUTE_ERRORS_MAX = 5;

/** This machine's kernel unless another is named. */
export function judgesOn(kernel: LabKernel | undefined): Judges {
  return {
    simulate: (plan) => simulate(plan, false, kernel !== undefined),
    ask: (plan) => execute(plan, { kernel, apart: !isStory(plan), starved: true }).probes.flatMap(withConnections),
  };
}

/** What one probe of a story leaves under way is for the next. */
function isStory({ probes }: Plan): boolean {
  return probes.some(({ keep, reuse }) => keep === true || reuse !== undefined);
}

/** Both tell the path of every packet. */
export function tracingJudgesOn(kernel: LabKernel | undefined): Judges {
  return {
    simulate: (plan) => simulate(plan, true, kernel !== undefined),
    ask: (plan) => runLab(plan, { trace: true, apart: !isStory(plan), kernel }).probes.flatMap(withConnections),
  };
}

/** Both paths up to where they part, a step a line. */
export function pathsText({ steps }: PlanDifference): readonly string[] {
  if (steps === undefined) return [];
  return [
    ...steps.simulated.map((step) => `  simulated: ${stepText(step)}`),
    ...steps.real.map((step) => `  Linux:     ${stepText(step)}`),
  ];
}

/** `older`: Linux 6.1, where any ICMP error takes from its receiver what errors about routes would need (inet_peer_xrlim_allow). */
function simulate(plan: Plan, traced: boolean, older: boolean): readonly SimulatedFlow[] {
  const routeErrors: RouteErrors = new Map();
  const chance = noteLegs();
  const probes = runPlan(plan, { record: true, oracle: chance.oracle });
  return probes.flatMap(({ flows, conntrack }) => withConnections({ flows: flows.map(judged), conntrack }));

  function judged(flow: FlowRecord): SimulatedFlow {
    const certain = countRouteErrors(flow, routeErrors) && !chance.decides(flow);
    if (older) noteErrors(flow, routeErrors);
    return traced ? { ...flowJson(flow), certain, path: pathOf(flow) } : { ...flowJson(flow), certain };
  }
}

/** What a probe asks to be listed belongs to its flow. */
function withConnections<Flow extends object>({
  flows,
  conntrack,
}: {
  readonly flows: readonly Flow[];
  readonly conntrack?: Readonly<Record<string, readonly string[]>> | undefined;
}): readonly (Flow & Pick<SimulatedFlow, 'connections'>)[] {
  if (conntrack === undefined) return flows;
  const connections = connectionLines(conntrack);
  return flows.map((flow) => ({ ...flow, connections }));
}

/** Notes the multipath routes a leg of which only chance gives: flows by them are not compared. */
function noteLegs(): { readonly oracle: ChoiceOracle; decides(flow: FlowRecord): boolean } {
  const own = seededOracle(1);
  const sites = new Set<string>();
  return {
    oracle: {
      choose: (site, weights) => {
        sites.add(site);
        return own.choose(site, weights);
      },
    },
    decides: ({ events }) => events.some((event) => event.kind === 'route' && sites.has(legSite(event.netns, event.route))),
  };
}

/** By namespace and receiver. */
type RouteErrors = Map<string, number>;

/** False once a receiver has had more than it is sure to get: tokens are used up also for errors that are never sent. */
function countRouteErrors({ events }: FlowRecord, routeErrors: RouteErrors): boolean {
  let certain = true;
  for (const event of events) {
    if (event.kind !== 'drop' || (event.reason !== 'IP_INNOROUTES' && event.reason !== 'IP_ROUTE_UNREACHABLE')) continue;
    if (typeof event.packet.src !== 'number') continue;
    const key = `${event.netns} ${event.packet.src}`;
    const count = (routeErrors.get(key) ?? 0) + 1;
    routeErrors.set(key, count);
    if (count > ROUTE_ERRORS_MAX) certain = false;
  }
  return certain;
}

function noteErrors({ events }: FlowRecord, routeErrors: RouteErrors): void {
  for (const event of events)
    if (event.kind === 'answer' && event.with === 'icmp') routeErrors.set(`${event.netns} ${event.packet.src}`, ROUTE_ERRORS_MAX);
}
