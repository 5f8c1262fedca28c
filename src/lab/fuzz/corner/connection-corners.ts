/** Corners of connections and of what rules count: whose connection a packet is of, what it has carried, how often something was met. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { address, type CornerNetwork, DIALECTS } from './corner-network.js';
import { asking, type Corner, fresh, type Lane, laneText, not } from './corner.js';

/** Sockets of a few ports call again, so that their connections go on. */
const again = (chance: Chance, probe: ProbeDraft, six: boolean): Partial<ProbeDraft> => ({
  ...(probe.proto === 'udp' ? { sport: chance.pick([4000, 4001]) } : {}),
  ...(chance.maybe(35) ? { src: address('1.3', six) } : {}),
});

function connbytes(chance: Chance, { proto, back }: Lane): string {
  const avg = chance.pick(['avgpkt', 'bytes']);
  const mode = chance.maybe(60) || back ? 'packets' : avg;
  const range = mode === 'packets' ? chance.pick(['1', '2', '1:2', '0:1', '3']) : chance.pick(['29:60', '60', '100', '0:84']);
  const dir = back || mode !== 'packets' ? 'original' : chance.pick(['original', 'reply', 'both']);
  return `${proto === 'tcp' ? fresh : ''}-m connbytes ${not(chance)}--connbytes ${range} --connbytes-dir ${dir} --connbytes-mode ${mode}`;
}

function label(chance: Chance): string {
  return `-m connlabel ${not(chance)}--label ${chance.pick([1, 7])}${chance.maybe(35) ? ' --set' : ''}`;
}

/** Labels that the answers are asked for. */
function setsLabels(net: CornerNetwork, six: boolean): void {
  for (const [proto, port] of net.chance.some(
    [
      ['udp', 53],
      ['tcp', 80],
      ['tcp', 443],
    ] as const,
    60,
  ))
    net.rule(
      'r',
      six,
      'filter',
      `FORWARD ${laneText({ proto, port, six, back: false })} -m connlabel --label ${net.chance.pick([1, 7])} --set`,
    );
}

function expire(chance: Chance, { back, proto }: Lane): string {
  const ranges = back ? (proto === 'udp' ? ['20:30', '31:1000'] : ['100:400', '500:1000']) : ['0', '1:1000000'];
  return `${back ? '' : fresh}-m conntrack ${not(chance)}--ctexpire ${chance.pick(ranges)}`;
}

function tuple(chance: Chance, { six, port, back }: Lane): string {
  const ip = `${address(chance.pick(['1.2', '1.3', '2.2', '2.3']), six)}${DIALECTS[`${six}`].host}`;
  const { icmp } = DIALECTS[`${six}`];
  return `-m conntrack ${chance.weighed([
    [3, () => `${not(chance)}--ct${chance.pick(['origsrc', 'origdst', 'replsrc', 'repldst'])} ${ip}`],
    [
      3,
      () =>
        `${not(chance)}--ct${chance.pick(['origdstport', 'replsrcport', 'origsrcport', 'repldstport'])} ${chance.pick([port || 80, '1024:65535'])}`,
    ],
    [2, () => `${not(chance)}--ctproto ${chance.pick(['tcp', 'udp', icmp])}`],
    [2, () => `--ctdir ${chance.pick(['ORIGINAL', 'REPLY'])}`],
    [2, () => `${not(chance)}--ctstatus ${chance.pick(['NONE', 'SEEN_REPLY', 'CONFIRMED', 'ASSURED'])}`],
    [2, () => `${not(chance)}--ctstate ${chance.pick(back ? ['ESTABLISHED', 'DNAT'] : ['NEW', 'ESTABLISHED', 'DNAT', 'INVALID'])}`],
  ])()}`;
}

/** What the rules before count, or what is not tracked. */
function tracksNot(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const whose = chance.pick(['-p udp', '-p tcp', '-i c0 -p udp', `-s ${address('1.3', six)}`]);
  net.rule('r', six, 'raw', `PREROUTING ${whose} -j ${chance.pick(['NOTRACK', 'CT --notrack', 'CT --zone 5'])}`);
  net.rule('r', six, 'nat', `POSTROUTING -o s0 -j SNAT --to-source ${address('2.1', six)}`);
}

const states = (chance: Chance): string =>
  `-m conntrack ${not(chance)}--ctstate ${chance.pick(['UNTRACKED', 'NEW', 'UNTRACKED,ESTABLISHED'])}`;

/** Saved at one place, asked for at another. */
function savesMarks(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const mark = chance.pick(['0x1', '0x2', '0x12']);
  net.rule('r', six, 'mangle', `PREROUTING -i c0 -p ${chance.pick(['tcp', 'udp'])} -j MARK --set-mark ${mark}`);
  net.rule(
    'r',
    six,
    'mangle',
    `PREROUTING -i c0 -j CONNMARK --save-mark${chance.pick(['', ' --left-shift-mark 4', ' --nfmask 0xf --ctmask 0xff'])}`,
  );
  if (chance.maybe(60))
    net.rule('r', six, 'mangle', `PREROUTING -i s0 -j CONNMARK --restore-mark${chance.pick(['', ' --right-shift-mark 4'])}`);
  if (chance.maybe(40))
    net.rule(
      'r',
      six,
      'mangle',
      `FORWARD -p udp -j CONNMARK --${chance.pick(['or-mark 0x8', 'and-mark 0x1', 'xor-mark 0x3', 'set-mark 0x7'])}`,
    );
}

const marks = (chance: Chance, { back }: Lane): string =>
  `-m ${back || chance.maybe(70) ? 'connmark' : 'mark'} ${not(chance)}--mark ${chance.pick(['0x1', '0x2', '0x10/0xf0', '0x8/0x8', '0x0', '0x7'])}`;

/** Of datagrams: TCP's connections are closing for a while. */
function connlimit(chance: Chance, { proto, six }: Lane): string | undefined {
  if (proto !== 'udp') return undefined;
  const mask = chance.maybe(40) ? ` --connlimit-mask ${six ? 64 : chance.pick([24, 31])}` : '';
  return `${fresh}-m connlimit --connlimit-${chance.pick(['above', 'upto'])} ${chance.between(1, 3)}${mask}${chance.maybe(30) ? ' --connlimit-daddr' : ''}`;
}

function hashlimit(chance: Chance, { port, six, proto }: Lane): string {
  const mode = chance.pick(['srcip', 'dstip', 'srcport', 'dstport', 'srcip,dstip', 'srcip,dstport']);
  const mask = mode.startsWith('srcip') && chance.maybe(40) ? ` --hashlimit-srcmask ${six ? 64 : 24}` : '';
  const direction = chance.pick(['above', 'above', 'upto']);
  return `${fresh}-m hashlimit --hashlimit-${direction} 1/min --hashlimit-burst ${chance.between(1, 3)} --hashlimit-mode ${mode}${mask} --hashlimit-name h${six ? 6 : 4}${proto}${port}`;
}

function counts(chance: Chance, { proto }: Lane): string {
  return `${fresh}${chance.weighed([
    [2, () => `-m limit --limit 1/day --limit-burst ${chance.between(1, 3)}`],
    [2, () => `-m statistic --mode nth ${not(chance)}--every 2 --packet ${chance.below(2)}`],
    [2, () => `-m statistic --mode random ${not(chance)}--probability ${chance.pick(['0', '1'])}`],
    [2, () => (proto === 'icmp' ? '-m comment --comment echoes' : `-m quota ${not(chance)}--quota ${chance.pick([60, 100, 150])}`)],
  ])()}`;
}

function recent(chance: Chance): string {
  const name = `--name ${chance.pick(['A', 'B'])} ${chance.maybe(70) ? '--rsource' : '--rdest'}`;
  const op = chance.pick(['rcheck', 'update', 'rcheck', 'remove']);
  const hits =
    op === 'remove' ? '' : `${chance.maybe(40) ? ' --seconds 6000' : ''}${chance.maybe(50) ? ` --hitcount ${chance.between(1, 3)}` : ''}`;
  return `${fresh}-m recent ${not(chance)}--${op}${hits} ${name}`;
}

function remembers(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  for (const proto of chance.some(['tcp', 'udp'], 70))
    net.rule(
      'r',
      six,
      'filter',
      `FORWARD -p ${proto} ${fresh}-m recent --set --name ${chance.pick(['A', 'B'])} --${chance.pick(['rsource', 'rdest'])}`,
    );
}

export const CONNECTION_CORNERS: readonly Corner[] = [
  asking('connbytes', connbytes, { probe: again }),
  asking('connlabel', label, { before: setsLabels, probe: again }),
  asking('ctexpire', expire),
  asking('ct tuple', tuple, { probe: again }),
  asking('connmark', marks, { before: savesMarks }),
  asking('notrack', states, { before: tracksNot, probe: again }),
  asking('connlimit', connlimit, {
    table: 'mangle',
    probe: (chance, _probe, six) => (chance.maybe(35) ? { src: address('1.3', six) } : {}),
  }),
  asking('hashlimit', hashlimit, { back: false, probe: again }),
  asking('counts', counts, { back: false }),
  asking('recent', recent, {
    back: false,
    before: remembers,
    probe: (chance, _probe, six) => (chance.maybe(35) ? { src: address('1.3', six) } : {}),
  }),
];
