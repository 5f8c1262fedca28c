/**
 * Random matches: every one that is modelled, with every option that a flow can tell apart. What counts packets stands behind a test for new
 * connections, and so does what measures them: a real socket sends more packets than the simulated one, and longer answers.
 */
import { extensionMatch } from './random-extension.js';
import { type HookChain, MARKS, PORTS, type RulePlace, type RuleProtocol, sidesOf, type Vocabulary } from './vocabulary.js';

type Make = (words: Vocabulary, place: RulePlace, proto: RuleProtocol) => string | undefined;

const COMING: readonly HookChain[] = ['PREROUTING', 'INPUT', 'FORWARD'];
const GOING: readonly HookChain[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];
const OWN: readonly HookChain[] = ['OUTPUT', 'POSTROUTING'];

const not = ({ chance }: Vocabulary): string => (chance.maybe(20) ? '! ' : '');
const range = ({ chance }: Vocabulary): string =>
  chance.weighed([
    [4, String(chance.pick(PORTS))],
    [1, '0:100'],
    [1, '1024:65535'],
    [1, '80:8080'],
  ]);
const cidr = ({ chance, dialect, addresses, prefixes }: Vocabulary): string =>
  chance.maybe(50) ? `${chance.pick(addresses)}${dialect.host}` : chance.pick(prefixes);

/** The header's own options stand first, once each. */
const HEADERS: readonly (readonly [weight: number, Make])[] = [
  [5, (words) => `${not(words)}-s ${cidr(words)}`],
  [6, (words) => `${not(words)}-d ${cidr(words)}`],
  [3, (words, { hook }) => (COMING.includes(hook) ? `${not(words)}-i ${device(words)}` : undefined)],
  [3, (words, { hook }) => (GOING.includes(hook) ? `${not(words)}-o ${device(words)}` : undefined)],
];

function device({ chance, devices }: Vocabulary): string {
  return chance.maybe(80) ? chance.pick(devices) : chance.pick(['veth+', 'eth+', 'cali+', 'lo']);
}

/** `-m conntrack --ctstate NEW` keeps later packets from being counted. */
const once = (place: RulePlace): string => (place.table === 'nat' ? '' : '-m conntrack --ctstate NEW ');

const STATES = [
  'NEW',
  'ESTABLISHED',
  'RELATED',
  'INVALID',
  'UNTRACKED',
  'DNAT',
  'SNAT',
  'RELATED,ESTABLISHED',
  'NEW,INVALID',
  'ESTABLISHED,DNAT',
];
const FLAGS = ['SYN,ACK SYN', 'FIN,SYN,RST,ACK SYN', 'SYN,ACK SYN,ACK', 'RST RST', 'ALL NONE', 'SYN SYN'];

const EXTENSIONS: readonly (readonly [weight: number, Make])[] = [
  [2, () => '-m comment --comment "said aside"'],
  [8, (words, _place, proto) => (proto === undefined ? undefined : protocolMatch(words, proto))],
  [2, (words, _place, proto) => (proto === 'tcp' || proto === 'udp' ? multiport(words) : undefined)],
  [4, (words) => `-m mark ${not(words)}--mark ${words.chance.pick(MARKS)}`],
  [3, (words) => `-m connmark ${not(words)}--mark ${words.chance.pick(MARKS)}`],
  [5, (words) => `-m conntrack ${not(words)}--ctstate ${words.chance.pick(STATES)}`],
  [1, (words) => `-m state ${not(words)}--state ${words.chance.pick(STATES.slice(0, 5))}`],
  [1, ({ chance }) => `-m conntrack --ctdir ${chance.pick(['ORIGINAL', 'REPLY'])}`],
  [1, (words) => `-m conntrack ${not(words)}--ctproto ${words.chance.pick(['tcp', 'udp', words.dialect.icmp])}`],
  [2, (words) => `-m conntrack ${not(words)}--ct${words.chance.pick(['origsrc', 'origdst', 'replsrc', 'repldst'])} ${cidr(words)}`],
  [
    2,
    (words) =>
      `-m conntrack ${not(words)}--ct${words.chance.pick(['origdstport', 'replsrcport', 'origsrcport', 'repldstport'])} ${range(words)}`,
  ],
  [
    2,
    (words) =>
      `-m conntrack ${not(words)}--ctstatus ${words.chance.pick(['NONE', 'SEEN_REPLY', 'CONFIRMED', 'SEEN_REPLY,CONFIRMED', 'ASSURED'])}`,
  ],
  [4, addrtype],
  [2, (words) => `-m iprange ${not(words)}--${words.chance.pick(['src', 'dst'])}-range ${words.chance.pick(words.dialect.ranges)}`],
  [2, (words, place) => `${once(place)}-m length ${not(words)}--length ${words.chance.pick(words.dialect.lengths)}`],
  [
    2,
    ({ chance, dialect: { ttl } }) =>
      `-m ${ttl} --${ttl}-${chance.pick(['eq', 'lt', 'gt'])} ${chance.pick(['64', '63', '62', '1', '100'])}`,
  ],
  [1, (words) => `-m dscp ${not(words)}--dscp ${words.chance.pick(['0x00', '0x0a', '0x2e'])}`],
  [1, (words) => `-m tos ${not(words)}--tos ${words.chance.pick(['0x00/0xff', '0x10/0x3f', '0x28/0xfc'])}`],
  [1, (words) => `-m pkttype ${not(words)}--pkt-type ${words.chance.pick(['unicast', 'broadcast', 'multicast'])}`],
  [1, (words) => (words.dialect.six ? undefined : `${not(words)}-f`)],
  [3, (words, place, proto) => (countable(words, proto) ? nth(words, place) : undefined)],
  [3, (words, place, proto) => (countable(words, proto) ? recent(words, place) : undefined)],
  [1, (words, place, proto) => (countable(words, proto) ? limit(words, place) : undefined)],
  [2, (words, { hook }) => (OWN.includes(hook) ? owner(words) : undefined)],
  [3, physdev],
  [4, rpfilter],
  [6, setMatch],
  [10, extensionMatch],
  [2, (words, { hook }) => (COMING.includes(hook) ? `-m mac ${not(words)}--mac-source ${words.chance.pick(words.macs)}` : undefined)],
];

export function randomHeader(words: Vocabulary, place: RulePlace): string[] {
  const taken = new Set<string>();
  return draw(
    HEADERS,
    words,
    place,
    undefined,
    words.chance.weighed([
      [4, 0],
      [5, 1],
      [1, 2],
    ]),
  ).filter((text) => {
    const option = text.replace('! ', '').slice(0, 2);
    return taken.has(option) ? false : taken.add(option);
  });
}

export function randomMatches(words: Vocabulary, place: RulePlace, proto: RuleProtocol): string[] {
  return draw(
    EXTENSIONS,
    words,
    place,
    proto,
    words.chance.weighed([
      [5, 0],
      [5, 1],
      [2, 2],
    ]),
  );
}

function draw(from: typeof EXTENSIONS, words: Vocabulary, place: RulePlace, proto: RuleProtocol, count: number): string[] {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = words.chance.weighed(from)(words, place, proto);
    if (text !== undefined) texts.push(text);
  }
  // Of the header, not of an extension.
  return [...texts.filter((text) => text.endsWith('-f')).slice(0, 1), ...texts.filter((text) => !text.endsWith('-f'))];
}

function protocolMatch(words: Vocabulary, proto: Exclude<RuleProtocol, undefined>): string {
  const { chance, dialect } = words;
  if (proto === 'icmp') return `${dialect.icmpType} ${not(words)}${chance.pick(dialect.icmpTypes)}`;
  if (proto === 'tcp' && chance.maybe(25)) return `-m tcp ${not(words)}--tcp-flags ${chance.pick(FLAGS)}`;
  return `-m ${proto} ${not(words)}--${chance.maybe(85) ? 'dport' : 'sport'} ${range(words)}`;
}

function multiport(words: Vocabulary): string {
  const { chance } = words;
  return `-m multiport ${not(words)}--${chance.pick(['dports', 'dports', 'sports', 'ports'])} ${chance.pick(['80,443', '22,53,80:90', '1:1000', '8080'])}`;
}

function addrtype(words: Vocabulary, { hook }: RulePlace): string {
  const { chance } = words;
  const limit = chance.maybe(75)
    ? ''
    : hook === 'FORWARD'
      ? ` --limit-iface-${chance.pick(['in', 'out'])}`
      : COMING.includes(hook)
        ? ' --limit-iface-in'
        : ' --limit-iface-out';
  return `-m addrtype ${not(words)}--${chance.maybe(70) ? 'dst' : 'src'}-type ${chance.pick(words.dialect.addressTypes)}${limit}`;
}

/** Bridges send IGMP when they please. */
function countable({ tunnels }: Vocabulary, proto: RuleProtocol): boolean {
  return proto !== undefined && !(tunnels && proto === 'udp');
}

function limit({ chance }: Vocabulary, place: RulePlace): string {
  return `${once(place)}-m limit --limit ${chance.pick(['1/day', '2/hour'])} --limit-burst ${chance.between(1, 6)}`;
}

function nth(words: Vocabulary, place: RulePlace): string {
  const every = words.chance.between(2, 4);
  return `${once(place)}-m statistic --mode nth ${not(words)}--every ${every} --packet ${words.chance.below(every)}`;
}

function recent(words: Vocabulary, place: RulePlace): string {
  const { chance, dialect } = words;
  const name = `--name ${chance.pick(['A', 'B'])} ${chance.maybe(70) ? '--rsource' : '--rdest'}`;
  const mask = chance.maybe(25) ? ` --mask ${dialect.mask}` : '';
  const options = [
    chance.maybe(50) ? ` --seconds 6000${chance.maybe(30) ? ' --reap' : ''}` : '',
    chance.maybe(40) ? ` --hitcount ${chance.between(1, 3)}` : '',
    chance.maybe(20) ? ' --rttl' : '',
  ];
  const hits = options.join('');
  const op = chance.pick(['set', 'set', 'rcheck', 'update', 'remove']);
  return `${once(place)}-m recent ${not(words)}--${op}${op === 'rcheck' || op === 'update' ? hits : ''} ${name}${mask}`;
}

/** Lists may hold sets of more dimensions than a rule asks for, which do not match. */
function setMatch(words: Vocabulary): string | undefined {
  const { chance, sets } = words;
  if (sets.length === 0) return undefined;
  const set = chance.pick(sets);
  return `-m set ${not(words)}--match-set ${set.name} ${sidesOf(chance, set)}${chance.maybe(10) ? ' --return-nomatch' : ''}`;
}

function owner(words: Vocabulary): string {
  const whose = ['--uid-owner 0', '--uid-owner 1-1000', '--uid-owner 1001', '--gid-owner 0', '--gid-owner 1-1000', '--socket-exists'];
  return `-m owner ${not(words)}${words.chance.pick(whose)}`;
}

function physdev(words: Vocabulary, { hook }: RulePlace): string | undefined {
  const port = words.chance.pick(['veth2', 'veth3', 'veth+', 'p-n1']);
  if (hook === 'OUTPUT') return undefined;
  const options = [`${not(words)}--physdev-in ${port}`, `${not(words)}--physdev-is-in`, `${not(words)}--physdev-is-bridged`];
  if (hook === 'FORWARD' || hook === 'POSTROUTING') options.push(`--physdev-is-bridged ${not(words)}--physdev-out ${port}`);
  return `-m physdev ${words.chance.pick(options)}`;
}

function rpfilter({ chance }: Vocabulary, { table, hook }: RulePlace): string | undefined {
  if (hook !== 'PREROUTING' || (table !== 'raw' && table !== 'mangle')) return undefined;
  const options = chance.some(['--loose', '--validmark', '--accept-local', '--invert'], 40);
  return `-m rpfilter ${options.join(' ')}`.trim();
}
