/** Corners of nftables: the rarer expressions and statements, each on its lane, in tables of one family. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { address, type CornerNetwork } from './corner-network.js';
import { type Corner, type Lane, LANES } from './corner.js';

type Ask = (chance: Chance, lane: Lane) => string | undefined;

/** `sets`: what stands in the table before its chains. */
// eslint-disable-next-line eslint/max-params
function asking(name: string, ask: Ask, sets: (six: boolean) => string = () => '', probe?: Corner['probe'], hook = 'forward'): Corner {
  const build = (net: CornerNetwork, six: boolean): void => {
    const rules = LANES.flatMap(([proto, port]) => {
      const back = hook === 'forward' && proto !== 'icmp' && net.chance.maybe(15);
      const text = ask(net.chance, { proto, port, six, back });
      if (text === undefined || net.chance.maybe(15)) return [];
      const lane = proto === 'icmp' ? `${six ? 'icmpv6' : 'icmp'} type echo-request` : `${proto} ${back ? 's' : 'd'}port ${port}`;
      return [`    ${lane} ${text}`];
    });
    const chain = [`  chain at_${hook} {`, `    type filter hook ${hook} priority filter;`, ...rules, '  }'];
    const space = net.space('r');
    space.nft = `${space.nft ?? ''}${[`table ${six ? 'ip6' : 'ip'} t {`, sets(six), ...chain, '}', ''].join('\n')}`;
  };
  return { name: `nft ${name}`, build, ...(probe && { probe }) };
}

const verdict = (chance: Chance, { proto, back }: Lane): string =>
  back
    ? 'drop'
    : chance.pick(
        ['drop', 'reject', ...(proto === 'tcp' ? ['reject with tcp reset'] : ['reject with icmpx type admin-prohibited'])].slice(0, 3),
      );

/** icmpx is of tables of both families alone. */
function refusal(chance: Chance, lane: Lane): string {
  const { six, proto, back } = lane;
  if (back) return 'drop';
  const own = six
    ? ['icmpv6 type no-route', 'icmpv6 type admin-prohibited', 'icmpv6 type addr-unreachable', 'icmpv6 type port-unreachable']
    : ['icmp type host-unreachable', 'icmp type admin-prohibited', 'icmp type net-prohibited', 'icmp type prot-unreachable'];
  return chance.weighed([
    [2, 'drop'],
    [2, 'reject'],
    [4, `reject with ${chance.pick(own)}`],
    [2, proto === 'tcp' ? 'reject with tcp reset' : 'reject'],
  ]);
}

const is = (chance: Chance): string => (chance.maybe(30) ? '!= ' : '');
const again = (chance: Chance, probe: ProbeDraft, six: boolean): Partial<ProbeDraft> => ({
  ...(probe.proto === 'udp' ? { sport: chance.pick([4000, 4001]) } : {}),
  ...(chance.maybe(35) ? { src: address('1.3', six) } : {}),
});

function rawBytes(chance: Chance, lane: Lane): string {
  const { six } = lane;
  const source = six ? '@nh,96,32 0x00000002' : '@nh,96,32 0x0a000102';
  const hops = six ? `@nh,56,8 ${is(chance)}63` : `@nh,64,8 ${is(chance)}63`;
  const th = lane.proto === 'icmp' ? '@th,0,8 8' : `@th,16,16 ${is(chance)}${lane.port}`;
  return `${chance.pick([source, hops, th, `@ll,48,48 ${is(chance)}0x0a0000000002`])} ${refusal(chance, lane)}`;
}

function tcpOption(chance: Chance, lane: Lane): string | undefined {
  if (lane.proto !== 'tcp') return undefined;
  const whole = lane.six ? 1440 : 1460;
  const option = chance.pick([
    `maxseg size ${is(chance)}${whole}`,
    'maxseg size 1-1400',
    'timestamp missing',
    'sack-perm exists',
    'window missing',
  ]);
  return `tcp flags & (syn | ack) == syn tcp option ${option} ${refusal(chance, lane)}`;
}

function counters(chance: Chance, lane: Lane): string {
  const { proto, back } = lane;
  const once = proto === 'tcp' ? 'ct state new ' : '';
  if (back) return `ct ${chance.pick(['original packets > 1', 'packets 2', 'original packets 1'])} drop`;
  const asked = [
    'ct original packets > 1',
    'ct original packets 1',
    'ct reply packets 0',
    'ct original bytes > 60',
    // Of the other direction nothing: the lab's servers answer with more than a byte.
    `ct original avgpkt ${is(chance)}29`,
    'ct original bytes 29',
  ];
  return `${once}${chance.pick(asked)} ${refusal(chance, lane)}`;
}

function limits(chance: Chance, lane: Lane): string {
  const over = chance.maybe(60) ? 'over ' : '';
  const rate = chance.pick([
    `${over}1/day burst ${chance.between(1, 3)} packets`,
    `${over}1/hour`,
    `${over}20 bytes/hour burst ${chance.pick([60, 120])} bytes`,
  ]);
  const quota = `quota ${over}${chance.pick([60, 120, 150])} bytes${chance.maybe(30) ? ' used 40 bytes' : ''}`;
  const count = `ct count ${over}${chance.between(1, 3)}`;
  const asked = [`limit rate ${rate}`, quota, ...(lane.proto === 'udp' ? [count] : [])];
  return `ct state new ${chance.pick(asked)} ${refusal(chance, lane)}`;
}

function links(chance: Chance, lane: Lane): string {
  const asked = [
    `ether saddr ${is(chance)}0a:00:00:00:00:02`,
    `ether daddr ${is(chance)}0a:00:00:00:00:01`,
    `iifgroup ${is(chance)}0`,
    `oifgroup ${is(chance)}0`,
    `meta rtclassid ${is(chance)}0`,
    'meta ipsec missing',
    'rt ipsec exists',
    `meta pkttype ${is(chance)}host`,
    `ct l3proto ${lane.six ? 'ipv6' : 'ipv4'}`,
    `ct zone ${is(chance)}0`,
    `ct direction ${lane.back ? 'reply' : 'original'}`,
    `ct expiration ${chance.pick(['< 31s', '> 31s', '1m-2m'])}`,
    'meta length > 59',
  ];
  const once = lane.proto === 'tcp' && !lane.back ? 'ct state new ' : '';
  return `${once}${chance.pick(asked)} ${refusal(chance, lane)}`;
}

const LIVES = ['flags dynamic;', 'flags dynamic; size 1;', 'flags dynamic,timeout; timeout 1h;', 'flags dynamic; size 100;'];
const dynamicSets = (six: boolean): string =>
  LIVES.map((life, i) => `  set s${i} { type ${six ? 'ipv6_addr' : 'ipv4_addr'}; ${life} }`).join('\n') +
  `\n  set pairs { type ${six ? 'ipv6_addr' : 'ipv4_addr'} . inet_service; flags dynamic; size 8; }`;

function dynamicSet(chance: Chance, lane: Lane): string {
  const side = lane.six ? 'ip6' : 'ip';
  const set = `@s${chance.below(LIVES.length)}`;
  const op = chance.pick(['add', 'update', 'add', 'delete']);
  const pair = lane.proto === 'icmp' ? undefined : `@pairs { ${side} saddr . th dport }`;
  const change = pair !== undefined && chance.maybe(25) ? `${chance.pick(['add', 'update'])} ${pair}` : `${op} ${set} { ${side} saddr }`;
  const asked =
    pair !== undefined && chance.maybe(25) ? `${side} saddr . th dport ${is(chance)}@pairs` : `${side} saddr ${is(chance)}${set}`;
  return chance.maybe(50)
    ? `ct state new ${change} ${chance.pick(['', 'accept', refusal(chance, lane)])}`.trimEnd()
    : `ct state new ${asked} ${refusal(chance, lane)}`;
}

const NAMED = (six: boolean): string => {
  const [type, one, two, net] = six
    ? ['ipv6_addr', 'fd00:1::2', 'fd00:2::3', 'fd00:1::/64']
    : ['ipv4_addr', '10.0.1.2', '10.0.2.3', '10.0.1.0/24'];
  return [
    `  set hosts { type ${type}; elements = { ${one}, ${two} } }`,
    `  set none { type ${type}; }`,
    `  set nets { type ${type}; flags interval; elements = { ${net} } }`,
    `  map verdicts { type inet_service : verdict; elements = { 80 : drop, 53 : accept } }`,
    `  set ends { type ${type} . inet_service; elements = { ${two} . 80, ${two} . 53 } }`,
  ].join('\n');
};

/** Chains that ask steady sets alone are indexed. */
function namedSet(chance: Chance, lane: Lane): string {
  const side = lane.six ? 'ip6' : 'ip';
  const ported = lane.proto !== 'icmp';
  const asked = [
    `${side} saddr ${is(chance)}@hosts ${refusal(chance, lane)}`,
    `${side} daddr ${is(chance)}@hosts ${refusal(chance, lane)}`,
    `${side} saddr ${is(chance)}@none ${refusal(chance, lane)}`,
    `${side} saddr ${is(chance)}@nets ${refusal(chance, lane)}`,
    ...(ported ? [`${side} daddr . th dport @ends ${refusal(chance, lane)}`, 'th dport vmap @verdicts'] : []),
  ];
  return chance.pick(asked);
}

/** Senders, zones and copies at the router itself. */
function senders(chance: Chance, lane: Lane): string {
  const asked = [
    `meta skuid ${is(chance)}${chance.pick(['5', '5-100', '0'])}`,
    `meta skgid ${is(chance)}${chance.pick(['7', '0'])}`,
    'oifname "s0"',
    'fib daddr type unicast',
  ];
  return `${chance.pick(asked)} ${refusal(chance, lane)}`;
}

function zones(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const side = six ? 'ip6' : 'ip';
  const zone = `ct ${chance.pick(['', '', 'original '])}zone set iifname map { "c0" : ${chance.between(1, 2)}, "p0" : 3, "s0" : ${chance.pick([0, 1, 2])} }`;
  const lines = [
    `table ${side} z {`,
    '  chain pre {',
    '    type filter hook prerouting priority raw;',
    `    ${chance.pick(['', 'udp dport 5353 notrack', 'tcp dport 443 notrack'])}`,
    `    ${zone}`,
    '  }',
    '  chain post {',
    '    type nat hook postrouting priority srcnat;',
    `    oifname "s0" snat to ${address('2.1', six)}`,
    '  }',
    '  chain onward {',
    '    type filter hook forward priority filter;',
    `    ct zone ${chance.pick(['1', '2', '0'])} udp dport 53 reject`,
    `    ct state untracked tcp dport 443 drop`,
    '  }',
    ...(chance.maybe(50)
      ? [
          '  chain copies {',
          '    type filter hook forward priority mangle;',
          `    iifname "c0" udp dport 5353 dup to ${address('3.2', six)}`,
          `    iifname "c0" udp dport 5353 drop`,
          '  }',
        ]
      : []),
    '}',
    '',
  ];
  const space = net.space('r');
  space.nft = `${space.nft ?? ''}${lines.join('\n')}`;
}

const uids = (chance: Chance): Partial<ProbeDraft> => ({
  ...(chance.maybe(60) ? { uid: chance.pick([5, 50]) } : {}),
  ...(chance.maybe(50) ? { gid: 7 } : {}),
});

export const NFT_CORNERS: readonly Corner[] = [
  asking('bytes', rawBytes),
  asking('options', tcpOption),
  asking('counters', counters, undefined, again),
  asking('limits', limits),
  asking('links', links),
  asking('dynamic sets', dynamicSet, dynamicSets, again),
  asking('sets', namedSet, NAMED, again),
  asking('refusals', (chance, lane) => verdictOf(chance, lane)),
  { ...asking('senders', senders, undefined, uids, 'output'), ways: [{ netns: 'r', to: ['2.2', '2.3'] }] },
  { name: 'nft zones', build: zones, probe: again },
];

function verdictOf(chance: Chance, lane: Lane): string {
  return chance.maybe(50) ? verdict(chance, lane).replace(/ with icmpx.*/, '') : refusal(chance, lane);
}
