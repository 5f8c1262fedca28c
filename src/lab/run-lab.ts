/**
 * A plan on the real kernel: its namespaces, its probes, and what came of each flow. With `trace`, each flow is also a record of events as
 * the simulated kernel makes them, told from the kernel's own evidence.
 */
import type { Plan } from '../plan/plan.js';
import { execute } from './execute.js';
import type { RawFlow } from './lab-result.js';

export interface LabProbe {
  readonly id: string;
  readonly flows: readonly RawFlow[];
}

export interface LabResult {
  readonly kernel: string;
  readonly probes: readonly LabProbe[];
}

export function runLab(plan: Plan): LabResult {
  const { kernel, probes } = execute(plan);
  return { kernel, probes };
}
