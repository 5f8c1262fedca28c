/**
 * The plan of a seed with rules of nftables: the random network, with IPv6 beside IPv4 in half of them; tables of all families, some beside
 * iptables' own; the probes of either family. The same seed is the same plan.
 */
import { addRules } from '../add-rules.js';
import { Chance } from '../chance.js';
import { IPV4 } from '../dialect.js';
import type { NetnsDraft, PlanDraft } from '../draft.js';
import { type Network, randomNetwork } from '../network.js';
import { addListeners, addProbes, PROBED } from '../random-probes.js';
import { twinAddress, twinPrefix } from '../six/twin-address.js';
import { twinListener, twinProbe } from '../six/twin-flows.js';
import { twinNetwork } from '../six/twin-network.js';
import { kubeProxyTable } from './kube-proxy-table.js';
import { nftTable } from './nft-rules.js';
import type { Family, NftFamily, NftWords } from './nft-words.js';

const PODS = '10.244.0.0/16';
const SAME_LENGTH = ['192.168.1.0/24', '192.168.2.0/24', '203.0.113.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.96.0.0/24'];

export function generateNftPlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const four = randomNetwork(chance);
  const dual = chance.maybe(50);
  if (dual) twinNetwork(four, chance);
  const { draft } = four;
  for (const [name, netns] of Object.entries(draft.netns)) {
    const percent = /^n\d/.test(name) ? 90 : name === 'gw' ? 30 : 10;
    if (chance.maybe(percent)) addTables(four, netns, chance, dual);
  }
  if (chance.maybe(40)) addRules(four, { chance, dialect: IPV4, services: PROBED, percent: 50 });
  addListeners(four, chance);
  addProbes(four, chance, probes);
  if (!dual) return draft;
  draft.listeners.push(...draft.listeners.flatMap((listener) => twinListener(listener) ?? []));
  draft.probes = draft.probes.map((probe) => (chance.maybe(50) ? probe : (twinProbe(probe) ?? probe)));
  return draft;
}

function addTables(network: Network, netns: NetnsDraft, chance: Chance, dual: boolean): void {
  const tunnels = Object.values(network.draft.netns).some(({ links }) => links.some(({ kind }) => kind === 'vxlan'));
  const devices = [...new Set([...netns.links.map((link) => link.name), 'lo'])];
  const families = familiesOf(network);
  const tables: NftFamily[] = dual ? ['inet', 'ip', 'ip6', 'inet'] : ['ip', 'inet', 'ip'];
  const texts: string[] = [];
  const words = (table: NftFamily): NftWords => ({
    ...{ chance, table, families, devices, tunnels },
    ...{ side: 'ip', proto: 'th' },
  });
  if (chance.maybe(40)) texts.push(kubeProxyTable(words('ip'), 'ip', PODS));
  if (dual && chance.maybe(40)) texts.push(kubeProxyTable(words('ip6'), 'ip6', twinPrefix(PODS) ?? ''));
  for (const [i, table] of chance.some(tables, 45).entries()) texts.push(nftTable(words(table), `t${i + 1}`));
  if (texts.length > 0) netns.nft = texts.join('');
}

function familiesOf({ hosts }: Network): NftWords['families'] {
  const four: Family = {
    addresses: hosts.flatMap((host) => host.addresses),
    services: PROBED,
    prefixes: SAME_LENGTH,
    range: '10.244.0.0-10.244.1.255',
    masked: '255.255.255.0 == 10.244.1.0',
  };
  const twins = (texts: readonly string[], twin: (text: string) => string | undefined): string[] =>
    texts.flatMap((text) => twin(text) ?? []);
  const six: Family = {
    addresses: twins(four.addresses, twinAddress),
    services: twins(PROBED, twinAddress),
    prefixes: twins(SAME_LENGTH, twinPrefix),
    range: 'fd00:0:10:244:1::-fd00:0:10:244:1:ffff:ffff:ffff',
    masked: '',
  };
  return { ip: four, ip6: six };
}
