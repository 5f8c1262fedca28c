/**
 * Random matches and targets of the rarer extensions. What counts packets or bytes stands behind a test for new connections, or asks about what the
 * client says alone: a real server's answer is longer. Left out: what hangs on the clock, and on connections that are closing.
 */
import type { Chance } from './chance.js';
import type { HookChain, RulePlace, RuleProtocol, Vocabulary } from './vocabulary.js';

const COMING: readonly HookChain[] = ['PREROUTING', 'INPUT', 'FORWARD'];
const LEAVING: readonly HookChain[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

const not = (chance: Chance): string => (chance.maybe(25) ? '! ' : '');

type Make = (words: Vocabulary, place: RulePlace, proto: RuleProtocol) => string | undefined;

const MATCHES: readonly (readonly [weight: number, Make])[] = [
  [
    1,
    (_words, { hook }) => (hook === 'INPUT' || hook === 'PREROUTING' ? '-m policy --dir in --pol none' : '-m policy --dir out --pol none'),
  ],
  [1, ({ chance }) => `-m helper ${not(chance)}--helper ftp`],
  [2, ({ chance }) => `-m ecn ${not(chance)}--ecn-ip-ect ${chance.pick(['0', '1'])}`],
  [2, tcp],
  [2, ({ chance }) => `-m connlabel ${not(chance)}--label ${chance.pick(['1', '7'])}${chance.maybe(50) ? ' --set' : ''}`],
  [2, connbytes],
  [
    1,
    ({ chance }) =>
      `-m cluster --cluster-total-nodes 3 ${not(chance)}--cluster-local-node ${chance.pick(['1', '2', '3'])} --cluster-hash-seed 0x5`,
  ],
  [2, socket],
  [1, devgroup],
  [2, (words) => `-m u32 ${not(words.chance)}--u32 "${words.chance.pick(words.dialect.six ? WORDS_6 : WORDS)}"`],
  [1, (words) => (words.dialect.six ? ipv6Header(words.chance) : undefined)],
];

const WORDS: readonly string[] = ['6&0xFF=6', '6&0xFF=1,17', '16>>8=0x0af402', '8>>24=60:63', '0>>22&0x3C@0>>16=0:0x7fff'];
const WORDS_6: readonly string[] = ['4&0xFFFF=0x063f:0x0640', '4&0xFF=60:63', '8=0xfd000001', '40>>16=0:0x7fff'];

export function extensionMatch(words: Vocabulary, place: RulePlace, proto: RuleProtocol): string | undefined {
  return words.chance.weighed(MATCHES)(words, place, proto);
}

function tcp({ chance, dialect }: Vocabulary, _place: RulePlace, proto: RuleProtocol): string | undefined {
  if (proto !== 'tcp') return undefined;
  const whole = dialect.six ? 1440 : 1460;
  return chance.weighed([
    [2, `-m tcpmss ${not(chance)}--mss ${chance.pick([`${whole}`, '1:1400', '536:65535'])}`],
    [2, `-m tcp ${not(chance)}--tcp-option ${chance.pick(['2', '4', '8', '1', '5'])}`],
    [1, `-m ecn ${not(chance)}--ecn-tcp-${chance.pick(['cwr', 'ece'])}`],
  ]);
}

function connbytes({ chance }: Vocabulary): string {
  return `-m connbytes ${not(chance)}--connbytes ${chance.pick(['0:1', '2', '1:2'])} --connbytes-mode packets --connbytes-dir original`;
}

function socket({ chance }: Vocabulary, { hook, table }: RulePlace): string | undefined {
  // Of a flow that is over, Linux knows the socket for a while.
  if ((hook !== 'PREROUTING' && hook !== 'INPUT') || table === 'nat') return undefined;
  return `-m conntrack --ctstate NEW -m socket${chance.some([' --transparent', ' --nowildcard'], 40).join('')}`;
}

function devgroup({ chance }: Vocabulary, { hook }: RulePlace): string {
  const side = COMING.includes(hook) ? 'src' : 'dst';
  return `-m devgroup ${not(chance)}--${side}-group ${chance.pick(['0', '1', '0x2/0x4'])}`;
}

function ipv6Header(chance: Chance): string {
  return chance.weighed([
    [2, `-m ipv6header ${not(chance)}--header ${chance.pick(['prot', 'frag', 'prot,hop', 'esp,ah'])}${chance.maybe(50) ? ' --soft' : ''}`],
    [1, `-m ${chance.pick(['frag --fraglast', 'hbh', 'dst', 'rt', 'ah'])}`],
  ]);
}

/** Targets after which the packet goes on, or is lost to a queue. */
export function extensionTarget({ chance, dialect }: Vocabulary, { table, hook }: RulePlace, proto: RuleProtocol): string | undefined {
  const anywhere = ['AUDIT --type accept', 'NFQUEUE --queue-num 9 --queue-bypass', 'NFQUEUE --queue-balance 1:3'];
  if (table === 'raw') return chance.pick(['CT --zone 5', 'CT --zone-orig 5', 'CT --zone-reply 5', 'CT', 'CT --ctevents new', ...anywhere]);
  if (table !== 'mangle') return chance.pick(anywhere);
  const mangle = ['CHECKSUM --checksum-fill', ...(LEAVING.includes(hook) ? ['CLASSIFY --set-class 1:10'] : [])];
  const shifts = ['CONNMARK --save-mark --left-shift-mark 2', 'CONNMARK --restore-mark --right-shift-mark 1'];
  const ports = proto === 'tcp' || proto === 'udp';
  const proxy = hook === 'PREROUTING' && ports && chance.maybe(30) ? ['TPROXY --on-port 15001 --tproxy-mark 0x1/0x1'] : [];
  return chance.pick([...anywhere, ...mangle, ...shifts, ...(proto === 'tcp' && !dialect.six ? ['ECN --ecn-tcp-remove'] : []), ...proxy]);
}
