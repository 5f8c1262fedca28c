/**
 * The plan of a seed over IPv6: the random network with its twins, rules of ip6tables and some of iptables, and probes of which one in eight
 * stays with IPv4. The same seed is the same plan.
 */
import { addRules } from '../add-rules.js';
import { Chance } from '../chance.js';
import { IPV4, IPV6 } from '../dialect.js';
import type { PlanDraft, ProbeDraft } from '../draft.js';
import { randomNetwork } from '../network.js';
import { addListeners, addProbes, PROBED } from '../random-probes.js';
import { twinAddress } from './twin-address.js';
import { twinListener, twinProbe } from './twin-flows.js';
import { twinNetwork } from './twin-network.js';

const IPV4_PERCENT = 12;
const ODD = ['fe80::1', 'fd00:0:10:244:1::', '2001:db8::1'];

export function generateIpv6Plan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const four = randomNetwork(chance);
  const six = twinNetwork(four, chance);
  const { draft } = four;
  const services = PROBED.flatMap((address) => twinAddress(address) ?? []);
  addRules(six, { chance, dialect: IPV6, services, percent: 85 });
  addRules(four, { chance, dialect: IPV4, services: PROBED, percent: 20 });
  addListeners(four, chance);
  draft.listeners.push(...draft.listeners.flatMap((listener) => twinListener(listener) ?? []));
  addProbes(four, chance, probes);
  draft.probes = draft.probes.map((probe) => (chance.maybe(IPV4_PERCENT) ? probe : sixth(probe, chance)));
  return draft;
}

function sixth(probe: ProbeDraft, chance: Chance): ProbeDraft {
  const twin = twinProbe(probe);
  return twin === undefined ? probe : chance.maybe(2) ? { ...twin, dst: chance.pick(ODD) } : twin;
}
