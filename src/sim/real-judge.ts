/**
 * The seam at which the real kernel judges: whoever loads it installs it here, so that a run without it loads nothing of it. A trace of it has
 * the shape of the simulation's.
 */
import { unsupported } from '../base/errors.js';
import type { Trace } from '../trace/trace.js';
import type { TraceQuery } from './contract.js';
import type { Simulation } from './simulation.js';

export type JudgedOn = 'sim' | 'lab' | 'both';

export interface RealJudge {
  /** Carries all of them at once, which is cheaper than one by one. On `both` throws ClaimMismatch where the kernels disagree. */
  ask(queries: readonly TraceQuery[]): void;
  trace(query: TraceQuery): Trace;
  /** Of a connection that stays open, by its name. */
  connection(id: string, when: 'opening' | 'now'): Trace;
  /** Without paths; so often that each outcome's share is known to a fraction of `tolerance` (percent of an even share). */
  measure(query: TraceQuery, tolerance: number): Trace;
}

export type MakeRealJudge = (simulation: Simulation, on: Exclude<JudgedOn, 'sim'>) => RealJudge;

let installed: MakeRealJudge | undefined;

export function installRealJudge(make: MakeRealJudge): void {
  installed = make;
}

export function makeRealJudge(simulation: Simulation, on: Exclude<JudgedOn, 'sim'>): RealJudge {
  if (installed !== undefined) return installed(simulation, on);
  throw unsupported('judge-lab', `the real kernel as a judge is not at hand`, { fix: `hopspec run --on ${on} brings it` });
}
