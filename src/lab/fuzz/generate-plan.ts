/** The plan of a seed: a random network, random rules in it, random probes through it. The same seed is the same plan. */
import { addRules } from './add-rules.js';
import { Chance } from './chance.js';
import { IPV4 } from './dialect.js';
import type { PlanDraft } from './draft.js';
import { randomNetwork } from './network.js';
import { addListeners, addProbes, PROBED } from './random-probes.js';

export function generatePlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const network = randomNetwork(chance);
  addRules(network, { chance, dialect: IPV4, services: PROBED, percent: 90 });
  addListeners(network, chance);
  addProbes(network, chance, probes);
  return network.draft;
}
