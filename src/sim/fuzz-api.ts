/** Joins the two kernels for comparing: the simulated one, and the machine's own. Nothing that users run loads it. */
import { runPlan } from '../kernel/run-plan.js';
import { execute } from '../lab/execute.js';
export { readPlan } from '../plan/plan-json.js';
export { execute } from '../lab/execute.js';
export { answerOf, caseText, replay } from '../lab/fuzz/case-file.js';
export { runFuzz } from '../lab/fuzz/run-fuzz.js';
import type { Judges, SimulatedFlow } from '../lab/fuzz/judge.js';
import type { Plan } from '../plan/plan.js';
import { flowJson } from '../trace/flow-json.js';
import type { FlowRecord } from '../trace/flow-record.js';

/** How many errors about routes Linux lets a receiver have at once (ip_rt_error_burst over ip_rt_error_cost). */
const ROUTE_ERRORS_MAX = 5;

export const judges: Judges = {
  simulate,
  ask: (plan) => execute(plan).probes.flatMap(({ flows }) => flows),
};

function simulate(plan: Plan): readonly SimulatedFlow[] {
  const seen: Seen = { routeErrors: new Map(), asked: new Set() };
  const flows = runPlan(plan, { record: true }).flatMap((probe) => probe.flows);
  return flows.map((flow) => {
    // Both look at every flow, for what it leaves behind.
    const [mayErr, isKnown] = [countRouteErrors(flow, seen), hasAskedOnce(flow, seen)];
    return { ...flowJson(flow), certain: mayErr && isKnown };
  });
}

interface Seen {
  /** By namespace and receiver. */
  readonly routeErrors: Map<string, number>;
  /** Neighbours that have not answered, by namespace. */
  readonly asked: Set<string>;
}

/** False once a receiver has had more than it is sure to get: tokens are used up also for errors that are never sent. */
function countRouteErrors({ events }: FlowRecord, { routeErrors }: Seen): boolean {
  let certain = true;
  for (const event of events) {
    if (event.kind !== 'drop' || (event.reason !== 'IP_INNOROUTES' && event.reason !== 'IP_ROUTE_UNREACHABLE')) continue;
    const key = `${event.netns} ${event.packet.src}`;
    const count = (routeErrors.get(key) ?? 0) + 1;
    routeErrors.set(key, count);
    if (count > ROUTE_ERRORS_MAX) certain = false;
  }
  return certain;
}

/** Linux goes on asking for a neighbour between flows, and learns of it meanwhile; the simulated kernel begins again with each. */
function hasAskedOnce({ events }: FlowRecord, { asked }: Seen): boolean {
  const now = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'arp') continue;
    const { frame, netns } = event;
    if (frame.op === 'request' && event.sent === true) now.add(`${netns} ${frame.targetIp}`);
    if (frame.op === 'reply' && event.sent !== true) now.delete(`${netns} ${frame.senderIp}`);
  }
  const again = [...now].some((key) => asked.has(key));
  for (const key of now) asked.add(key);
  return !again;
}
