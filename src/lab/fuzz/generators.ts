/** The kinds of random plans, by the names that `npm run fuzz -- --kind` knows. */
import type { PlanDraft } from './draft.js';
import { generatePlan } from './generate-plan.js';

export const GENERATORS: Readonly<Record<string, (seed: number, probes: number) => PlanDraft>> = {
  ipv4: generatePlan,
};
