/** Gives the namespaces of a random network their rules, of one family, and the ipsets that these speak of: nodes mostly, others now and then. */
import type { Chance } from './chance.js';
import type { Dialect } from './dialect.js';
import type { NetnsDraft } from './draft.js';
import type { Network } from './network.js';
import { randomRules } from './random-rules.js';
import { randomSets } from './random-sets.js';
import type { Vocabulary } from './vocabulary.js';

export interface RulesOptions {
  readonly chance: Chance;
  readonly dialect: Dialect;
  /** Addresses that nobody has, but probes ask for. */
  readonly services: readonly string[];
  /** How often a node has rules. */
  readonly percent: number;
}

const SETS_PERCENT = 45;

export function addRules(network: Network, options: RulesOptions): void {
  const { chance, dialect, percent } = options;
  for (const [name, netns] of Object.entries(network.draft.netns)) {
    const own = /^n\d/.test(name) ? percent : name === 'gw' ? percent / 3 : percent / 9;
    if (chance.maybe(own)) netns[dialect.six ? 'ip6tables' : 'iptables'] = rulesOf(network, name, netns, options);
  }
}

// eslint-disable-next-line eslint/max-params
function rulesOf(network: Network, name: string, netns: NetnsDraft, { chance, dialect, services }: RulesOptions): string {
  const { draft, hosts, prefixes } = network;
  const addresses = [...hosts.flatMap((host) => host.addresses), ...services, ...services];
  const devices = [...new Set([...netns.links.map((link) => link.name), 'lo'])];
  const links = Object.values(draft.netns).flatMap((space) => space.links);
  const macs = links.flatMap(({ mac }) => mac ?? []);
  const near = hosts.filter((host) => host.name.startsWith(`pod${name.slice(1)}`)).flatMap((host) => host.addresses);
  const words = {
    chance,
    dialect,
    addresses,
    services,
    near,
    prefixes,
    devices,
    macs,
    tunnels: links.some(({ kind }) => kind === 'vxlan'),
  };
  const sets = chance.maybe(SETS_PERCENT) ? randomSets({ ...words, six: dialect.six }) : undefined;
  if (sets !== undefined) netns.ipset = `${netns.ipset ?? ''}${sets.text}`;
  const vocabulary: Vocabulary = { ...words, sets: sets?.words ?? [] };
  for (;;) {
    const text = randomRules(vocabulary);
    if (text !== undefined) return text;
  }
}
