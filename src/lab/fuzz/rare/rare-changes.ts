/** Rules that are replaced between the probes, and what those before have put into lists and sets: gone, or still there. */
import type { Chance } from '../chance.js';
import { address, type CornerNetwork, tablesText } from '../corner/corner-network.js';
import { fresh, not } from '../corner/corner.js';
import type { ChangeDraft, ProbeDraft } from '../draft.js';
import { clients, type RareCorner } from './rare-corner.js';

/** Devices come up at first; then what is on its way arrives. */
const BEGIN_MS = 400;
const PAUSE_MS = 20;
const CHANGED_PERCENT = 25;

/** Lists that are called like the chain that fills them, or otherwise; one that no rule names any more is forgotten. */
function lists(chance: Chance): string {
  const [chain, other] = chance.pick([
    ['A', 'B'],
    ['A', 'A'],
    ['B', 'A'],
  ]) as readonly [string, string];
  const side = chance.pick(['--rsource', '--rdest']);
  const asks = (name: string): string => `-m recent ${not(chance)}--${chance.pick(['rcheck', 'rcheck', 'remove'])} --name ${name} ${side}`;
  const rules = [
    `-A FORWARD -p udp ${fresh}-j ${chain}`,
    ...chance.some([`-A ${chain} -m recent --set --name ${other} ${side}`, `-A ${chain} -m recent --set --name ${chain} ${side}`], 70),
    `-A ${chain} -j RETURN`,
    ...chance
      .some([80, 443, 8080], 70)
      .map((port) => `-A FORWARD -p tcp -m tcp --dport ${port} ${fresh}${asks(chance.pick([chain, other]))} -j REJECT`),
  ];
  return tablesText(new Map([['filter', rules]]));
}

/** The sets are the same, the rules are not. */
function table(chance: Chance, six: boolean): string {
  const [side, type] = six ? ['ip6', 'ipv6_addr'] : ['ip', 'ipv4_addr'];
  const asked = (): string => {
    const set = chance.pick(['@seen', '@others']);
    return chance.maybe(45)
      ? `udp dport ${chance.pick([53, 5353])} ct state new ${chance.pick(['add', 'update', 'delete'])} ${set} { ${side} saddr }`
      : `tcp dport ${chance.pick([80, 443, 8080])} ct state new ${side} saddr ${chance.maybe(30) ? '!= ' : ''}${set} ${chance.pick(['drop', 'reject'])}`;
  };
  return [
    `table ${side} t {`,
    `  set seen { type ${type}; flags dynamic; size 8; }`,
    `  set others { type ${type}; flags dynamic; size 4; elements = { ${address('1.9', six)} } }`,
    '  chain onward {',
    '    type filter hook forward priority filter;',
    ...Array.from({ length: chance.between(3, 6) }, () => `    ${asked()}`),
    '  }',
    '}',
    '',
  ].join('\n');
}

type Change = (chance: Chance, six: boolean) => ChangeDraft;
const ofLists: Change = (chance, six) => ({ [six ? 'ip6tables' : 'iptables']: lists(chance) });
const ofTables: Change = (chance, six) => ({ nft: table(chance, six), ...(chance.maybe(75) ? { in_place: true } : {}) });

function changing(change: Change): NonNullable<RareCorner['probe']> {
  return (chance: Chance, probe: ProbeDraft, six: boolean) => ({
    ...(probe.proto === 'icmp' ? {} : clients(chance, probe, six)),
    after_ms: probe.id === '1' ? BEGIN_MS : PAUSE_MS,
    ...(probe.id !== '1' && chance.maybe(CHANGED_PERCENT) ? { change: { r: change(chance, six) } } : {}),
  });
}

function beginWithLists(net: CornerNetwork, six: boolean): void {
  net.space('r')[six ? 'ip6tables' : 'iptables'] = lists(net.chance);
}

function beginWithTable(net: CornerNetwork, six: boolean): void {
  net.space('r').nft = table(net.chance, six);
}

export const RARE_CHANGES: readonly RareCorner[] = [
  { name: 'lists that stay', build: beginWithLists, probe: changing(ofLists) },
  { name: 'sets that stay', build: beginWithTable, probe: changing(ofTables) },
];
