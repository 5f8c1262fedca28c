/** Plans and probes for those who have no cluster: reading, writing and running them on the simulated kernel. */
export { formatIp } from '../base/ip.js';
export type { ObjectRef } from '../api/controller.js';
export { runPlan } from '../kernel/run-plan.js';
export type { ProbePlan } from '../plan/plan.js';
export { readPlan, writePlan } from '../plan/plan-json.js';
export type { FlowRecord as PlanFlow } from '../trace/flow-record.js';
