/** Random tables of nftables: sets and maps of every kind, base chains at several priorities, user chains, each for one type and hook. */
import { nftMatches } from './nft-match.js';
import { nftStatement } from './nft-statement.js';
import { braces, forRule, type NftHook, type NftPlace, type NftWords, SETS, type Side } from './nft-words.js';

const HOOKS: readonly NftHook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const RULES_MAX = 4;
/** Names of priorities, and the numbers they stand for in the tables of IP. */
const PRIORITIES: readonly (readonly [string, number])[] = [
  ['raw', -300],
  ['mangle', -150],
  ['filter - 10', -10],
  ['filter', 0],
  ['filter + 10', 10],
  ['security', 50],
];

export function nftTable(words: NftWords, name: string): string {
  const { chance, table } = words;
  const chains: string[] = [];
  for (const place of places(words)) {
    const base = `${place.type}_${place.hook}_${Math.abs(place.priority)}${place.priority < 0 ? 'm' : ''}`;
    if (chains.some((text) => text.includes(`chain ${base} `))) continue;
    const users = chance.maybe(35) ? [`${base}_a`, `${base}_b`].slice(0, chance.between(1, 2)) : [];
    chains.push(...users.toReversed().map((user, i) => chainText(words, place, user, { next: users.slice(users.length - i) })));
    const policy = place.type === 'filter' && chance.maybe(4) ? 'drop' : 'accept';
    const head = `type ${place.type} hook ${place.hook} priority ${priorityText(words, place)}; policy ${policy};`;
    chains.push(chainText(words, place, base, { head, next: users }));
  }
  const sides: readonly Side[] = table === 'inet' ? ['ip', 'ip6'] : [table];
  return `table ${table} ${name} {\n${sides.map((side) => setsText(words, side)).join('')}${chains.join('')}}\n`;
}

function places({ chance }: NftWords): NftPlace[] {
  const found: NftPlace[] = [];
  for (const hook of HOOKS) {
    for (let i = chance.weighed([[4, 0] as const, [5, 1] as const, [2, 2] as const]); i > 0; i--) {
      found.push({ type: 'filter', hook, priority: chance.pick(PRIORITIES)[1] });
    }
    const nat = hook === 'forward' ? 0 : hook === 'input' ? 10 : 55;
    if (chance.maybe(nat)) found.push({ type: 'nat', hook, priority: natPriority(hook) + chance.pick([0, 0, -5, 5]) });
    if (hook === 'output' && chance.maybe(20)) found.push({ type: 'route', hook, priority: -150 });
  }
  return found;
}

function natPriority(hook: NftHook): number {
  return hook === 'prerouting' || hook === 'output' ? -100 : 100;
}

function priorityText({ chance }: NftWords, { priority }: NftPlace): string {
  const named = PRIORITIES.find(([, number]) => number === priority);
  return named !== undefined && chance.maybe(60) ? named[0] : String(priority);
}

function chainText(words: NftWords, place: NftPlace, name: string, { head, next }: { head?: string; next: readonly string[] }): string {
  const { chance } = words;
  const rules = Array.from({ length: chance.between(1, RULES_MAX) }, () => {
    const own = forRule(words);
    const aim =
      next.length > 0 && chance.maybe(35) ? `${chance.maybe(80) ? 'jump' : 'goto'} ${chance.pick(next)}` : nftStatement(own, place);
    return [...nftMatches(own, place), aim].join(' ');
  });
  const first = head !== undefined && next[0] !== undefined ? [`jump ${next[0]}`] : [];
  return `\tchain ${name} {\n${[...(head === undefined ? [] : [head]), ...first, ...rules].map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

function setsText(words: NftWords, side: Side): string {
  const { chance, families } = words;
  const { addresses, services, prefixes } = families[side];
  const type = side === 'ip' ? 'ipv4_addr' : 'ipv6_addr';
  const some = <T>(list: readonly T[], percent: number): T[] => [...new Set([...chance.some(list, percent), chance.pick(list)])];
  const distinct = some(services, 60);
  const set = (name: string, key: string, elements: readonly string[], more = ''): string =>
    `\tset ${name} {\n\t\ttype ${key}\n${more}\t\telements = ${braces(elements)}\n\t}\n`;
  const map = (name: string, key: string, elements: readonly string[]): string =>
    `\tmap ${name} {\n\t\ttype ${key}\n\t\telements = ${braces(elements)}\n\t}\n`;
  return [
    set(SETS.hosts(side), type, some(addresses, 30)),
    set(SETS.networks(side), type, some(prefixes, 40), '\t\tflags interval\n'),
    set(
      SETS.services(side),
      `${type} . inet_proto . inet_service`,
      distinct.map((one) => `${one} . ${chance.pick(['tcp . 80', 'udp . 53'])}`),
    ),
    `\tset ${SETS.seen(side)} {\n\t\ttype ${type}\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout 2h\n\t}\n`,
    map(
      SETS.backends(side),
      `${type} . inet_service : ${type} . inet_service`,
      distinct.map((one) => `${one} . 80 : ${chance.pick(addresses)} . 80`),
    ),
  ].join('');
}
