/** Corners of headers: what stands in a packet, and what a rule before has put there. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { type CornerNetwork, address, DIALECTS } from './corner-network.js';
import { asking, AT_THE_ROUTER, type Corner, fresh, type Lane, not } from './corner.js';

const TOS = [0, 0x10, 0x28, 0xb8, 0x01, 0x02];
const tos = (chance: Chance): Partial<ProbeDraft> => ({ tos: chance.pick(TOS) });
const ttl = (chance: Chance): Partial<ProbeDraft> => ({ ttl: chance.pick([1, 2, 64, 100]) });

/** Fields that a rule before sets for some. */
function marksHeaders(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  for (const proto of chance.some(['tcp', 'udp', six ? 'ipv6-icmp' : 'icmp'], 60)) {
    const target = chance.pick(['DSCP --set-dscp 0x0a', 'DSCP --set-dscp 0x2e', 'TOS --set-tos 0x2/0xff', 'TOS --set-tos 0x10/0x3f']);
    net.rule('r', six, 'mangle', `PREROUTING -p ${proto} -j ${target}`);
  }
}

function tcpHeader(chance: Chance, { proto, six, back }: Lane): string | undefined {
  if (proto !== 'tcp') return undefined;
  const whole = six ? 1440 : 1460;
  const options = `-m tcp ${not(chance)}--tcp-option ${chance.pick([2, 4, 8, 3, 1, 5])}`;
  return chance.weighed([
    [3, `-m tcpmss ${not(chance)}--mss ${chance.pick([`${whole}`, '1:1400', '536:65535', '1200'])}`],
    [3, `${back ? '' : '--tcp-flags SYN,ACK SYN '}${options}`],
    [2, `-m ecn ${not(chance, 50)}--ecn-tcp-${chance.pick(['cwr', 'ece'])}`],
    [2, `-m tcp ${not(chance)}--tcp-flags ${chance.pick(['SYN,ACK SYN', 'SYN,ACK SYN,ACK', 'ALL NONE', 'RST RST', 'SYN SYN'])}`],
  ]);
}

/** Smaller segments, and a way that takes no larger ones. */
function clamps(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const target = chance.pick(['TCPMSS --set-mss 1200', 'TCPMSS --clamp-mss-to-pmtu', 'TCPMSS --clamp-mss-to-pmtu']);
  const small = chance.pick([1300, 1400]);
  const [wire] = chance.maybe(50) ? ['s0'] : ['c0'];
  for (const space of Object.values(net.netns))
    for (const link of space.links) if (link.name === wire || link.peer?.name === wire) link.mtu = small;
  net.rule('r', six, 'mangle', `FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j ${target}`);
}

function clamped(chance: Chance, { proto, six, back }: Lane): string | undefined {
  if (proto !== 'tcp' || back) return undefined;
  const head = six ? 60 : 40;
  return `-m tcpmss ${not(chance)}--mss ${chance.pick([1200, 1300 - head, 1400 - head, 1500 - head])}`;
}

function extensionHeader(chance: Chance, { back }: Lane): string {
  const absent = chance.pick(['hbh', 'dst', 'frag --fraglast', 'rt', 'eui64', 'ah']);
  return chance.weighed([
    [
      2,
      `-m ipv6header ${not(chance, 50)}--header ${chance.pick(['prot', 'frag', 'prot,hop', 'esp,ah'])}${chance.maybe(50) ? ' --soft' : ''}`,
    ],
    // What never holds by itself is told by its negation, where it has one.
    [4, absent === 'ah' && !back ? '-m ah ! --ahspi 5' : `-m ${absent}`],
  ]);
}

function icmpType(chance: Chance, { proto, six, back }: Lane): string | undefined {
  const { icmpType: option, icmpTypes } = DIALECTS[`${six}`];
  if (proto === 'icmp') return `${option} ${not(chance)}${chance.pick(icmpTypes)}`;
  const ports = `-m multiport ${not(chance)}--${chance.pick(['dports 80,443', 'sports 20000:20009', 'ports 53,8080'])}`;
  return back || chance.maybe(50) ? ports : `-m ${proto} ${not(chance)}--sport 1:20010`;
}

/** The SYN alone: later segments are of other bytes. */
function bytes(chance: Chance, { proto, six }: Lane): string {
  const source = six ? 'fd000001' : '0a000102';
  const at = six ? 8 : 12;
  const head = proto === 'tcp' ? fresh : '';
  const words = six ? [`8=0x${source}`, '4&0xFF=60:63', '40>>16=0:0x7fff'] : [`12=0x${source}`, '8>>24=60:63', '0>>22&0x3C@0>>16=0:0x7fff'];
  const range = chance.pick(
    proto === 'udp' ? ['', ` --to ${at}`, ` --to ${at + 1}`, ` --from ${at + 1}`] : [` --to ${at}`, ` --to ${at + 1}`],
  );
  return chance.weighed([
    [3, `${head}-m u32 ${not(chance)}--u32 "${chance.pick(words)}"`],
    [3, `${head}-m string --algo ${chance.pick(['bm', 'kmp'])}${range} ${not(chance)}--hex-string "|${source}|"`],
    [1, `${head}-m length ${not(chance)}--length ${chance.pick(DIALECTS[`${six}`].lengths)}`],
  ]);
}

function addresses(chance: Chance, { six }: Lane): string {
  const dialect = DIALECTS[`${six}`];
  const ip = (host: string): string => address(host, six);
  return chance.weighed([
    [2, `-m iprange ${not(chance)}--${chance.pick(['src', 'dst'])}-range ${ip('1.2')}-${ip('2.2')}`],
    [2, `-m addrtype ${not(chance)}--${chance.pick(['src', 'dst'])}-type ${chance.pick(dialect.addressTypes)}`],
    [2, `-m mac ${not(chance)}--mac-source ${chance.pick(['0a:00:00:00:00:02', '0a:00:00:00:01:02'])}`],
    [1, `-m pkttype ${not(chance)}--pkt-type ${chance.pick(['unicast', 'broadcast'])}`],
    [1, `${not(chance)}-${chance.pick(['s', 'd'])} ${ip(chance.pick(['1.2', '2.2', '2.3']))}${dialect.host}`],
  ]);
}

/** Datagrams in parts, which connection tracking puts together. */
const size = (chance: Chance, probe: ProbeDraft): Partial<ProbeDraft> =>
  probe.proto === 'tcp' ? {} : { size: chance.pick([1, 1400, 2000, 4000]) };
const fragments = (chance: Chance, { proto, six }: Lane): string | undefined =>
  proto === 'tcp' || six ? undefined : `-m ttl --ttl-${chance.pick(['gt 62', 'lt 63', 'eq 63'])}`;

function fragmentRules(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  net.rule('r', six, 'filter', 'FORWARD -m conntrack --ctstate INVALID -j DROP');
  if (!six)
    net.rule('r', six, 'filter', `FORWARD ${chance.pick(['-d 10.0.2.2/32', '-s 10.0.1.3/32', '-i c0'])} ${not(chance, 15)}-f -j DROP`);
}

const echoes: Corner['ways'] = AT_THE_ROUTER;

export const HEADER_CORNERS: readonly Corner[] = [
  asking('dscp', (chance) => `-m dscp ${not(chance)}--dscp ${chance.pick(['0x00', '0x04', '0x0a', '0x2e'])}`, {
    before: marksHeaders,
    probe: tos,
  }),
  asking('tos', (chance) => `-m tos ${not(chance)}--tos ${chance.pick(['0x00/0xff', '0x10/0x3f', '0x28/0xfc', '0x02/0x03'])}`, {
    before: marksHeaders,
    probe: tos,
  }),
  asking('ecn', (chance) => `-m ecn ${not(chance, 40)}--ecn-ip-ect ${chance.pick([0, 1, 2])}`, { before: marksHeaders, probe: tos }),
  asking(
    'ttl',
    (chance, { six }) =>
      `-m ${six ? 'hl' : 'ttl'} --${six ? 'hl' : 'ttl'}-${chance.pick(['eq', 'lt', 'gt'])} ${chance.pick([63, 62, 99, 1])}`,
    { probe: ttl },
  ),
  asking('tcp header', tcpHeader),
  asking('maxseg', clamped, { table: 'mangle', chain: 'POSTROUTING', before: clamps }),
  asking('extension headers', extensionHeader, { only: 6 }),
  asking('types and ports', icmpType, { ways: echoes }),
  asking('bytes', bytes, { back: false }),
  asking('addresses', addresses, { probe: (chance, _probe, six) => (chance.maybe(40) ? { src: address('1.3', six) } : {}) }),
  asking('fragments', fragments, { only: 4, before: fragmentRules, probe: size }),
];
