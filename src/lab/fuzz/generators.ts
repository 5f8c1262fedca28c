/** The kinds of random plans, by the names that `npm run fuzz -- --kind` knows. */
import { generateCornerPlan } from './corner/generate-corner-plan.js';
import type { PlanDraft } from './draft.js';
import { generatePlan } from './generate-plan.js';
import { generateIpvsPlan } from './ipvs/generate-ipvs-plan.js';
import { generateMultipathPlan } from './multipath/generate-multipath-plan.js';
import { generateNftPlan } from './nft/generate-nft-plan.js';
import { generateGuestPlan } from './guest/generate-guest-plan.js';
import { generateRarePlan } from './rare/generate-rare-plan.js';
import { generateStoryPlan } from './story/generate-story-plan.js';
import { generateIpv6Plan } from './six/generate-ipv6-plan.js';

export const GENERATORS: Readonly<Record<string, (seed: number, probes: number) => PlanDraft>> = {
  ipv4: generatePlan,
  ipv6: generateIpv6Plan,
  nft: generateNftPlan,
  multipath: generateMultipathPlan,
  ipvs: generateIpvsPlan,
  corner: generateCornerPlan,
  story: generateStoryPlan,
  guest: generateGuestPlan,
  rare: generateRarePlan,
};
