/** The public API: what the bindings, the command line and programs of your own build on. */
export {
  ClaimMismatch,
  formatProblem,
  HopspecError,
  InputError,
  inputError,
  InvariantError,
  type Problem,
  type SourcePosition,
  UnsupportedError,
  unsupported,
} from './base/errors.js';
export { nearest } from './base/nearest.js';
export { readCluster, readClusterSpec } from './manifest/cluster/cluster-file.js';
export { defaultCluster } from './manifest/cluster/defaults.js';
export { readManifestPath } from './manifest/files.js';
export { readDocuments } from './manifest/read.js';
export type { MatrixQuery, RenderFormat, TraceQuery } from './sim/contract.js';
export { formatIp, type ObjectRef, type PlanFlow, type ProbePlan, readPlan, runPlan, writePlan } from './sim/plan-api.js';
export { handOver } from './sim/handed-traces.js';
export { lagProxy } from './sim/lag-proxy.js';
export { createSimulation, type Simulation } from './sim/simulation.js';
export { ClusterPool } from './sim/spec/cluster-pool.js';
export {
  DOC_STRING,
  type NodeLine,
  type ObjectWording,
  type PathLine,
  type PodWording,
  type Row,
  type Spec,
  type SpecOptions,
  STEP_TEXT,
} from './sim/spec-contract.js';
export { createSpec } from './spec.js';
export { printTree } from './trace/print-tree.js';
export type { Hop, Outcome, Trace } from './trace/trace.js';
