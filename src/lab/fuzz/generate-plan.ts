/** The plan of a seed: a random network, random rules in it, random probes through it. The same seed is the same plan. */
import { Chance } from './chance.js';
import { IPV4 } from './dialect.js';
import type { PlanDraft } from './draft.js';
import { randomNetwork } from './network.js';
import { addListeners, addProbes, PROBED } from './random-probes.js';
import { randomRules } from './random-rules.js';

export function generatePlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const network = randomNetwork(chance);
  const tunnels = Object.values(network.draft.netns).some(({ links }) => links.some(({ kind }) => kind === 'vxlan'));
  const addresses = [...network.hosts.flatMap((host) => host.addresses), ...PROBED, ...PROBED];
  for (const [name, netns] of Object.entries(network.draft.netns)) {
    const percent = /^n\d/.test(name) ? 90 : name === 'gw' ? 30 : 10;
    if (!chance.maybe(percent)) continue;
    const near = network.hosts.filter((host) => host.name.startsWith(`pod${name.slice(1)}`)).flatMap((host) => host.addresses);
    const devices = [...new Set([...netns.links.map((link) => link.name), 'lo'])];
    const text = randomRules({ chance, dialect: IPV4, addresses, services: PROBED, near, prefixes: network.prefixes, devices, tunnels });
    if (text !== undefined) netns.iptables = text;
  }
  addListeners(network, chance);
  addProbes(network, chance, probes);
  return network.draft;
}
