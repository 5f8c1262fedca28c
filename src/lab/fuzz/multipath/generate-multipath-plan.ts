/**
 * The plan of a seed with multipath routes: the random network, mostly with IPv6 too, some of whose routes have several next hops with weights, under
 * every hash policy. The seed of the hash is given (fib_multipath_hash_seed, Linux 6.11) and nobody labels flows, so that the leg is exact; ports that a translation
 * draws would be hashed too, so that none does. Routes that lead nowhere, of all types, stand beside them.
 */
import { addRules } from '../add-rules.js';
import { Chance } from '../chance.js';
import { IPV4, IPV6 } from '../dialect.js';
import type { NetnsDraft, PlanDraft } from '../draft.js';
import { randomNetwork } from '../network.js';
import { addListeners, addProbes, PROBED } from '../random-probes.js';
import { twinAddress } from '../six/twin-address.js';
import { twinListener, twinProbe } from '../six/twin-flows.js';
import { twinNetwork } from '../six/twin-network.js';

const PORT = 20_001;
const TYPES = ['blackhole', 'unreachable', 'prohibit'];

export function generateMultipathPlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const network = randomNetwork(chance);
  const { draft } = network;
  const nodes = Object.keys(draft.netns).filter((name) => /^n\d$/.test(name));
  for (const name of [...nodes, 'gw']) spread(draft.netns[name] as NetnsDraft, chance, { name, nodes: nodes.length });
  const dual = chance.maybe(70);
  const six = dual ? twinNetwork(network, chance) : network;
  if (chance.maybe(50)) addRules(network, { chance, dialect: IPV4, services: PROBED, percent: 50 });
  const services = PROBED.flatMap((address) => twinAddress(address) ?? []);
  if (dual && chance.maybe(50)) addRules(six, { chance, dialect: IPV6, services, percent: 50 });
  addListeners(network, chance);
  if (dual) draft.listeners.push(...draft.listeners.flatMap((listener) => twinListener(listener) ?? []));
  addProbes(network, chance, probes);
  draft.probes = draft.probes.map((probe, i) => {
    const known = probe.proto === 'icmp' ? probe : { ...probe, sport: probe.sport ?? PORT + i };
    return dual && chance.maybe(60) ? (twinProbe(known) ?? known) : known;
  });
  for (const netns of Object.values(draft.netns)) settle(netns, chance);
  return draft;
}

/** Routes by several gateways, better than those that are there. */
function spread({ routes, links }: NetnsDraft, chance: Chance, { name, nodes }: { readonly name: string; readonly nodes: number }): void {
  const own = Number(name.slice(1));
  const others = Array.from({ length: nodes }, (_, i) => i + 1).filter((n) => n !== own);
  const gateways = [...(name === 'gw' ? [] : ['192.168.1.1']), ...others.map((n) => `192.168.1.1${n}`)];
  if (links.some((link) => link.name === 'eth1')) gateways.push(...(name === 'gw' ? [] : ['192.168.2.1']));
  const places = ['203.0.113.0/24', '10.96.0.0/16', '10.50.0.0/16', '198.51.100.0/24', ...others.map((n) => `10.244.${n}.0/24`)];
  for (const [i, place] of chance.some(places, 60).entries()) {
    const hops = chance.some(gateways, 75);
    if (hops.length < 2) continue;
    const weights = hops.map((gateway) => `nexthop via ${gateway} weight ${chance.between(1, 4)}`);
    routes.push(`${place} metric ${5 + i} ${weights.join(' ')}`);
  }
  if (chance.maybe(40)) routes.push(`${chance.pick(TYPES)} ${chance.pick(['10.50.0.0/24', '198.51.100.0/28', '10.96.0.3/32'])}`);
}

function settle(netns: NetnsDraft, chance: Chance): void {
  Object.assign(netns.sysctl, {
    'net.ipv4.fib_multipath_hash_policy': String(chance.below(4)),
    'net.ipv4.fib_multipath_hash_seed': String(chance.between(1, 100_000)),
    'net.ipv6.fib_multipath_hash_policy': String(chance.below(4)),
    'net.ipv6.auto_flowlabels': '0',
  });
  for (const field of ['iptables', 'ip6tables'] as const) {
    const text = netns[field];
    if (text !== undefined) netns[field] = text.replaceAll(/ --random(-fully)?(?= |$)/gm, '');
  }
}
