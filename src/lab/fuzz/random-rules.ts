/** Random rules of one namespace, as iptables-restore reads them: tables, user chains (each for one hook), jumps, policies. */
import { socketText } from './dialect.js';
import { BUILT_IN_CHAINS, type TableName } from '../../plan/ruleset.js';
import { randomHeader, randomMatches } from './random-match.js';
import { randomTarget } from './random-target.js';
import type { HookChain, RulePlace, RuleProtocol, Vocabulary } from './vocabulary.js';

/** How often a table is there, and how many rules a built-in chain has at most. */
const TABLES: readonly (readonly [TableName, percent: number, rules: number])[] = [
  ['raw', 25, 2],
  ['mangle', 50, 3],
  ['nat', 75, 4],
  ['filter', 75, 4],
  ['security', 8, 1],
];
const USER_RULES_MAX = 3;

export function randomRules(words: Vocabulary): string | undefined {
  const { chance } = words;
  const texts = TABLES.filter(([, percent]) => chance.maybe(percent)).map(([table, , rules]) => tableText(words, table, rules));
  return texts.length === 0 ? undefined : texts.join('');
}

function tableText(words: Vocabulary, table: TableName, rulesMax: number): string {
  const { chance } = words;
  const heads: string[] = [];
  const rules: string[] = [];
  for (const hook of BUILT_IN_CHAINS[table] as readonly HookChain[]) {
    heads.push(`:${hook} ${table === 'filter' && chance.maybe(6) ? 'DROP' : 'ACCEPT'} [0:0]`);
    const users = chance.maybe(35) ? [`${hook}-A`, `${hook}-B`].slice(0, chance.between(1, 2)) : [];
    for (const user of users) heads.push(`:${user} - [0:0]`);
    const place = { table, hook };
    rules.push(
      ...usualRules(words, place).map((rule) => `-A ${hook} ${rule}`),
      ...users.slice(0, 1).map((user) => `-A ${hook} -j ${user}`),
    );
    for (let i = chance.between(0, rulesMax); i > 0; i--) rules.push(`-A ${hook} ${ruleText(words, place, users)}`);
    for (const [i, user] of users.entries()) {
      for (let k = chance.between(1, USER_RULES_MAX); k > 0; k--) rules.push(`-A ${user} ${ruleText(words, place, users.slice(i + 1))}`);
    }
  }
  return [`*${table}`, ...heads, ...rules, 'COMMIT', ''].join('\n');
}

/** What real rulesets do: Services behind addresses that nobody has, marks that later rules ask for, masquerading. */
function usualRules({ chance, dialect, addresses, services, near, tunnels }: Vocabulary, { table, hook }: RulePlace): string[] {
  if (table === 'nat' && (hook === 'PREROUTING' || hook === 'OUTPUT')) {
    const backend = (): string =>
      chance.pick(chance.maybe(40) && near.length > 0 ? near : chance.maybe(8) ? [dialect.loopback] : addresses);
    return chance.some(services, 60).flatMap((service) => {
      const to = (): string =>
        `-d ${service}${dialect.host} -p tcp -m tcp --dport 80 -j DNAT --to-destination ${socketText(backend(), `:${chance.pick([80, 80, 8080, 22])}`)}`;
      const first = to().replace(' -j', ' -m statistic --mode nth --every 2 --packet 0 -j');
      const datagrams = `-d ${service}${dialect.host} -p udp -m udp --dport 53 -j DNAT --to-destination ${backend()}`;
      return [...(chance.maybe(50) ? [first] : []), to(), ...(chance.maybe(60) ? [datagrams] : [])];
    });
  }
  if (table === 'nat' && hook === 'POSTROUTING') {
    const masked = ['-m mark --mark 0x1/0x1', '-p udp -m udp --dport 53', '-p tcp'];
    return chance.some(masked, 30).map((match) => `${match} -j ${chance.pick(['MASQUERADE', 'MASQUERADE --random-fully'])}`);
  }
  if (table === 'mangle' && (hook === 'PREROUTING' || hook === 'OUTPUT')) {
    const whose = tunnels ? '-p tcp' : '-p all';
    const save = [
      '-m conntrack --ctstate NEW -j CONNMARK --set-xmark 0x1/0x1',
      '-m conntrack --ctstate ESTABLISHED -j CONNMARK --restore-mark',
    ];
    return [
      ...(chance.maybe(40) ? [`${whose} -j MARK --set-xmark ${chance.pick(['0x4103/0xffff', '0x1/0x1', '0x104'])}`] : []),
      ...chance.some(save, 25),
    ];
  }
  if (table === 'filter' && hook === 'FORWARD' && chance.maybe(40)) {
    return [
      '-p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      `-p tcp${chance.maybe(70) ? '' : ` ! -s ${dialect.networks[1]}`} -m tcp --tcp-flags SYN,ACK SYN -j ACCEPT`,
      '-p tcp -j DROP',
    ];
  }
  return table === 'filter' && chance.maybe(30) ? [`-p tcp -m mark --mark ${chance.pick(['0x1/0x1', '0x4/0x4', '0x3'])} -j REJECT`] : [];
}

function ruleText(words: Vocabulary, place: RulePlace, users: readonly string[]): string {
  const { chance } = words;
  const proto: RuleProtocol = chance.weighed([
    [4, undefined],
    [4, 'tcp'],
    [3, 'udp'],
    [2, 'icmp'],
  ]);
  const jump = users.length > 0 && chance.maybe(50) ? `-${chance.maybe(85) ? 'j' : 'g'} ${chance.pick(users)}` : undefined;
  const aim = randomTarget(words, place, proto);
  const protocol = proto === undefined ? [] : [`-p ${proto === 'icmp' ? words.dialect.icmp : proto}`];
  const matches = randomMatches(words, place, proto);
  const fragment = matches.filter((text) => text.endsWith('-f'));
  const rest = matches.filter((text) => !text.endsWith('-f'));
  const needs = jump === undefined && aim.needs !== undefined ? [aim.needs] : [];
  const target = jump ?? (chance.maybe(97) ? `-j ${aim.text}` : undefined);
  const parts = [
    ...randomHeader(words, place),
    ...protocol,
    ...fragment,
    ...withoutRepeats([...needs, ...rest]),
    ...(target === undefined ? [] : [target]),
  ];
  return parts.join(' ');
}

/** An extension that stands twice is a second match, except where iptables takes the second for the first's. */
function withoutRepeats(matches: readonly string[]): string[] {
  const seen = new Set<string>();
  return matches.filter((text) => {
    const name = /-m (\S+)/.exec(text)?.[1] ?? text;
    return seen.has(name) ? false : seen.add(name);
  });
}
