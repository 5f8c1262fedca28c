/** Random matches of nftables, each with its operators, sets and concatenations. What counts or measures packets stands behind a test for new ones. */
import { braces, countable, NFT_MARKS, NFT_PORTS, type NftPlace, type NftWords, SETS } from './nft-words.js';

type Make = (words: NftWords, place: NftPlace) => string | undefined;

const COMING: readonly string[] = ['prerouting', 'input', 'forward'];
const GOING: readonly string[] = ['forward', 'output', 'postrouting'];
const TYPES = ['local', 'unicast', 'multicast', 'broadcast', '{ local, broadcast, multicast }', 'unreachable', 'prohibit', 'blackhole'];
const STATES = ['new', 'established', 'established,related', 'invalid', 'related', 'untracked', 'new,untracked'];
const STATUSES = ['dnat', 'snat', 'seen-reply', 'assured', 'confirmed', 'dnat,snat'];

const not = ({ chance }: NftWords): string => (chance.maybe(20) ? '!= ' : '');
const port = ({ chance }: NftWords): string => String(chance.pick(NFT_PORTS));

function several<T>({ chance }: NftWords, list: readonly T[]): T[] {
  const some = chance.some(list, 30);
  return some.length > 0 ? some : [chance.pick(list)];
}

function address(words: NftWords): string {
  const { chance, families } = words;
  const { side } = words;
  const { addresses, prefixes, range, masked } = families[side];
  const field = `${side} ${chance.pick(['saddr', 'daddr'])}`;
  return chance.weighed([
    [6, () => `${field} ${not(words)}${chance.pick(addresses)}`],
    [4, () => `${field} ${not(words)}${chance.pick(prefixes)}`],
    [3, () => `${field} ${not(words)}${braces(several(words, addresses))}`],
    [2, () => `${field} ${not(words)}${braces(several(words, prefixes))}`],
    [2, () => `${field} ${not(words)}${range}`],
    [3, () => `${field} ${not(words)}@${SETS.hosts(side)}`],
    [2, () => `${field} ${not(words)}@${SETS.networks(side)}`],
    [2, () => `${field} @${SETS.seen(side)}`],
    [1, () => (side === 'ip' ? `${field} & ${masked}` : `${field} ${chance.pick(addresses)}`)],
  ])();
}

function concatenation(words: NftWords): string | undefined {
  const { chance, families, proto } = words;
  if (proto === 'icmp') return undefined;
  const { side } = words;
  const { addresses, services } = families[side];
  const pairs = (): string[] => several(words, addresses).map((one) => `${one} . ${chance.pick(addresses)}`);
  const services3 = (): string[] =>
    several(words, services).map((one) => `${one} . ${chance.pick(['tcp . 80', 'udp . 53', 'tcp . 8080'])}`);
  return chance.weighed([
    [2, () => `${side} saddr . ${side} daddr ${not(words)}${braces(pairs())}`],
    [2, () => `${side} daddr . meta l4proto . th dport ${not(words)}${braces(services3())}`],
    [2, () => `meta l4proto . th dport ${braces(['tcp . 80', 'udp . 53', `tcp . ${port(words)}`])}`],
    [2, () => `${side} daddr . meta l4proto . th dport @${SETS.services(side)}`],
    [1, () => `${side} saddr . th dport ${braces(several(words, addresses).map((one) => `${one} . ${port(words)}`))}`],
  ])();
}

function ports(words: NftWords): string | undefined {
  const { chance, proto } = words;
  if (proto === 'icmp') return undefined;
  const field = `${proto === 'th' ? 'meta l4proto { tcp, udp } ' : ''}${proto} ${chance.maybe(85) ? 'dport' : 'sport'}`;
  return chance.weighed([
    [4, `${field} ${not(words)}${port(words)}`],
    [2, `${field} ${not(words)}${braces(several(words, NFT_PORTS).map(String))}`],
    [2, `${field} ${not(words)}1-1023`],
    [1, `${field} >= 1024`],
    [1, `${field} < 100`],
  ]);
}

function fib(words: NftWords, { hook }: NftPlace): string | undefined {
  const { chance } = words;
  const device = COMING.includes(hook) && chance.maybe(30) ? ' . iif' : '';
  return `fib ${chance.pick(['daddr', 'daddr', 'saddr'])}${device} type ${not(words)}${chance.pick(TYPES)}`;
}

/** The way back, as rpfilter asks for it. */
function wayBack({ chance }: NftWords, { hook, type }: NftPlace): string | undefined {
  if (hook !== 'prerouting' || type !== 'filter') return undefined;
  return `fib saddr ${chance.pick(['. iif ', '. mark . iif ', ''])}oif ${chance.pick(['missing', 'exists'])}`;
}

function icmp(words: NftWords): string | undefined {
  const { chance } = words;
  if (words.proto !== 'icmp') return undefined;
  if (words.side === 'ip') return `icmp type ${not(words)}${chance.pick(['echo-request', 'echo-reply', 'destination-unreachable'])}`;
  return `icmpv6 type ${not(words)}${chance.pick(['echo-request', 'echo-reply', 'destination-unreachable', 'nd-neighbor-solicit'])}`;
}

function hash(words: NftWords, place: NftPlace): string | undefined {
  const counts = countable(words, place);
  if (counts === undefined) return undefined;
  const { side } = words;
  const of = words.chance.pick([`${side} saddr`, `${side} saddr . ${side} daddr`, `${side} daddr`]);
  return `${counts}jhash ${of} mod ${words.chance.between(2, 3)} seed 0x${words.chance.between(1, 200).toString(16)} ${words.chance.pick(['', '!= '])}${words.chance.below(2)}`;
}

function counted(words: NftWords, place: NftPlace, text: string): string | undefined {
  const before = countable(words, place);
  return before === undefined ? undefined : `${before}${text}`;
}

function l4proto({ chance, proto, side }: NftWords): string {
  if (proto === 'th') return '{ tcp, udp }';
  return proto !== 'icmp' ? proto : side === 'ip' ? 'icmp' : chance.pick(['ipv6-icmp', 'icmpv6']);
}

/** What few rules ask; of what connections carried, what the client alone says. */
function rare({ chance, proto, side }: NftWords): string {
  const tcp = [
    'tcp option maxseg exists',
    'tcp option sack-perm missing',
    'tcp option maxseg size 536-1460',
    'tcp option timestamp exists',
  ];
  return chance.pick([
    ...['ct original packets < 2', 'ct original packets 1-3', 'ct zone 0', 'meta skgid 0', 'meta skgid != 5'],
    ...['meta rtclassid 0', 'iifgroup "default"', 'oifgroup != 1', `ether type ${side}`, 'ether saddr != 0a:00:00:00:00:03'],
    ...['@nh,64,8 60-64', '@nh,0,4 4'],
    ...(proto === 'tcp' ? tcp : []),
  ]);
}

const MATCHES: readonly (readonly [number, Make])[] = [
  [10, address],
  [6, ports],
  [4, concatenation],
  [5, (words) => `ct state ${not(words)}${words.chance.pick(STATES)}`],
  [2, (words) => `ct status ${words.chance.pick(STATUSES)}`],
  [2, (words) => `ct mark ${not(words)}${words.chance.pick(NFT_MARKS)}`],
  [4, rare],
  [1, (words) => `ct direction ${words.chance.pick(['original', 'reply'])}`],
  [
    1,
    (words) =>
      words.proto === 'tcp' || words.proto === 'udp'
        ? `meta l4proto ${words.proto} ct ${words.chance.pick(['original', 'reply'])} proto-dst ${port(words)}`
        : undefined,
  ],
  [
    1,
    (words) => {
      const { side } = words;
      return `ct ${words.chance.pick(['original', 'reply'])} ${side} ${words.chance.pick(['saddr', 'daddr'])} ${words.chance.pick(words.families[side].addresses)}`;
    },
  ],
  [4, (words) => `meta mark ${not(words)}${words.chance.pick(NFT_MARKS)}`],
  [3, (words) => `meta mark & ${words.chance.pick(NFT_MARKS)} ${words.chance.pick(['==', '!='])} 0x0`],
  [3, (words) => `meta l4proto ${l4proto(words)}`],
  [1, (words) => (words.table === 'inet' ? `meta nfproto ipv${words.side === 'ip' ? 4 : 6}` : undefined)],
  [3, (words, { hook }) => (COMING.includes(hook) ? `iifname ${not(words)}${device(words)}` : undefined)],
  [3, (words, { hook }) => (GOING.includes(hook) ? `oifname ${not(words)}${device(words)}` : undefined)],
  [1, (words, { hook }) => (GOING.includes(hook) ? `oif ${not(words)}"lo"` : undefined)],
  [5, fib],
  [2, wayBack],
  [3, icmp],
  [2, hash],
  [2, (words, place) => counted(words, place, `numgen inc mod ${words.chance.between(2, 3)} ${words.chance.below(2)}`)],
  [
    1,
    (words, place) =>
      counted(words, place, `limit rate ${words.chance.pick(['', 'over '])}1/day burst ${words.chance.between(1, 5)} packets`),
  ],
  [
    2,
    (words) =>
      words.proto !== 'tcp'
        ? undefined
        : `tcp flags ${words.chance.pick(['syn', '& (syn | ack) == syn', '& (fin | syn | rst | ack) == syn', '& rst == rst', '!= syn'])}`,
  ],
  [
    1,
    (words, { hook }) =>
      hook === 'output' || hook === 'postrouting' ? `meta skuid ${not(words)}${words.chance.pick(['0', '1-1000'])}` : undefined,
  ],
  [
    1,
    (words) =>
      words.side === 'ip'
        ? `ip ttl ${words.chance.pick(['64', '< 64', '> 1', '63'])}`
        : `ip6 hoplimit ${words.chance.pick(['64', '< 64'])}`,
  ],
  [1, (words) => `${words.side} dscp ${not(words)}${words.chance.pick(['cs0', 'af11', 'ef'])}`],
];

function device({ chance, devices }: NftWords): string {
  return chance.weighed([
    [6, () => `"${chance.pick(devices)}"`],
    [2, () => chance.pick(['"veth*"', '"eth*"', '"cali*"'])],
    [
      2,
      () =>
        braces(
          chance
            .some(devices, 40)
            .concat(chance.pick(devices))
            .map((one) => `"${one}"`),
        ),
    ],
  ])();
}

export function nftMatches(words: NftWords, place: NftPlace): string[] {
  const count = words.chance.weighed([
    [3, 0],
    [6, 1],
    [3, 2],
  ]);
  return Array.from({ length: count }, () => words.chance.weighed(MATCHES)(words, place)).filter((text) => text !== undefined);
}
