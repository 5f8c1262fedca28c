/**
 * The plan of a seed over IPv6: the random network with its twins, rules of ip6tables and some of iptables, and probes of which one in eight
 * stays with IPv4. The same seed is the same plan.
 */
import { Chance } from '../chance.js';
import { IPV4, IPV6 } from '../dialect.js';
import type { ListenerDraft, PlanDraft, ProbeDraft } from '../draft.js';
import { type Network, randomNetwork } from '../network.js';
import { addListeners, addProbes, PROBED } from '../random-probes.js';
import { randomRules } from '../random-rules.js';
import { twinAddress } from './twin-address.js';
import { twinNetwork } from './twin-network.js';

const IPV4_PERCENT = 12;
const ODD = ['fe80::1', 'fd00:0:10:244:1::', '2001:db8::1'];

export function generateIpv6Plan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const four = randomNetwork(chance);
  const six = twinNetwork(four, chance);
  const { draft } = four;
  addRules(six, chance, 'ip6tables');
  addRules(four, chance, 'iptables');
  addListeners(four, chance);
  draft.listeners.push(...draft.listeners.flatMap((listener) => twinListener(listener) ?? []));
  addProbes(four, chance, probes);
  draft.probes = draft.probes.map((probe) => (chance.maybe(IPV4_PERCENT) ? probe : (twinProbe(probe, chance) ?? probe)));
  return draft;
}

function addRules(network: Network, chance: Chance, field: 'iptables' | 'ip6tables'): void {
  const { draft, hosts, prefixes } = network;
  const six = field === 'ip6tables';
  const services = six ? PROBED.flatMap((address) => twinAddress(address) ?? []) : PROBED;
  const tunnels = Object.values(draft.netns).some(({ links }) => links.some(({ kind }) => kind === 'vxlan'));
  const addresses = [...hosts.flatMap((host) => host.addresses), ...services, ...services];
  for (const [name, netns] of Object.entries(draft.netns)) {
    const percent = /^n\d/.test(name) ? 85 : name === 'gw' ? 30 : 10;
    if (!chance.maybe(six ? percent : percent / 4)) continue;
    const near = hosts.filter((host) => host.name.startsWith(`pod${name.slice(1)}`)).flatMap((host) => host.addresses);
    const devices = [...new Set([...netns.links.map((link) => link.name), 'lo'])];
    const text = randomRules({ chance, dialect: six ? IPV6 : IPV4, addresses, services, near, prefixes, devices, tunnels });
    if (text !== undefined) netns[field] = text;
  }
}

function twinListener(listener: ListenerDraft): ListenerDraft | undefined {
  const ip = twinAddress(listener.ip);
  return ip === undefined ? undefined : { ...listener, id: `${listener.id} six`, ip };
}

function twinProbe({ src, ...probe }: ProbeDraft, chance: Chance): ProbeDraft | undefined {
  const dst = chance.maybe(2) ? chance.pick(ODD) : twinAddress(probe.dst);
  const from = src === undefined ? undefined : twinAddress(src);
  if (dst === undefined) return undefined;
  return { ...probe, dst, ...(from === undefined ? {} : { src: from }) };
}
