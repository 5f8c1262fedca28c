/**
 * IPVS over time, as stories that are put to Linux and to this kernel: servers that lose their weight, go and come back, time-outs (short ones, for in
 * the lab time is real), ports that are used again, persistent clients. One line for each: its name, a sentence, and the plan.
 */
import type { Plan } from '../../../plan/plan.js';
import { FOUR, type More, planOf, SIX, type Step, type Story } from './story-plan.js';

const ROUND = ['-A $T -s rr', '-a $T -r $1:80 -m', '-a $T -r $2:80 -m', '-a $T -r $3:80 -m'];
const NOTHING: readonly string[] = [];
/** A delayed work of the kernel does what it has to in so long. */
const SOON = 'after 100';

const tcp = (sport: number, more: More = {}, first = NOTHING): Step => ({ first, text: `c tcp $V:80 sport=${sport}`, more });
const kept = (sport: number, first = NOTHING): Step => tcp(sport, { keep: true }, first);
const udp = (sport: number, more: More = {}, first = NOTHING): Step => ({ first, text: `c udp $V:53 sport=${sport}`, more });
const sctp = (sport: number, more: More = {}, first = NOTHING): Step => ({ first, text: `c sctp $V:80 sport=${sport}`, more });
/** The socket of that step sends again. */
const again = (of: number, first = NOTHING): Step => ({ first, text: '', more: { reuse: String(of), keep: true } });
const close = (of: number, how: 'fin' | 'reset', first = NOTHING): Step => ({ first, text: '', more: { reuse: String(of), close: how } });
const by = (client: number, step: Step): Step => ({ ...step, text: `${step.text} src=$c${client}` });

const TRACKED = { 'net.ipv4.vs.conntrack': '1' };
const NODEST = { ...TRACKED, 'net.ipv4.vs.expire_nodest_conn': '1' };
const LIKE_KUBE_PROXY = { ...NODEST, 'net.ipv4.vs.expire_quiescent_template': '1' };

const GONE = ['-d $T -r $3:80', '-d $U -r $3:53', SOON];
const BACK = ['-a $T -r $3:80 -m', '-a $U -r $3:53 -m', SOON];

/** A connection of TCP and one of UDP, both with s3, which then goes, and comes back. */
function goes(sysctl: Story['sysctl'], back: readonly string[]): Story {
  return {
    ipvs: ['-A $T -s rr', '-a $T -r $3:80 -m', '-A $U -s rr', '-a $U -r $3:53 -m'],
    ...(sysctl === undefined ? {} : { sysctl }),
    steps: [
      kept(5001),
      udp(5002, { keep: true }),
      again(0, GONE),
      again(1),
      tcp(5003),
      tcp(5004, {}, back),
      again(0, ['after 600']),
      again(1),
      udp(5005),
    ],
  };
}

/** One without weight keeps its connections, and is given no other, unless its ports come again. */
function quiesces(sysctl: Story['sysctl']): Story {
  return {
    ipvs: [...ROUND.slice(0, 3), '-A $U -s rr', '-a $U -r $1:53 -m'],
    ...(sysctl === undefined ? {} : { sysctl }),
    steps: [
      kept(5001),
      kept(5002),
      udp(5003, { keep: true }),
      again(0, ['-e $T -r $2:80 -m -w 0', '-e $U -r $1:53 -m -w 0']),
      again(1),
      again(2),
      tcp(5004),
      tcp(5005),
      udp(5006),
      close(0, 'reset'),
      close(1, 'reset'),
      tcp(5001, {}, [SOON]),
      tcp(5001, {}, ['after 1200']),
      tcp(5002),
      tcp(5007, {}, ['-e $T -r $2:80 -m -w 1']),
      tcp(5008),
    ],
  };
}

/** Ports that come again while IPVS still knows them, after a reset and after both ends have closed. */
function reuses(mode: string, conntrack: string): Story {
  return {
    ipvs: ROUND,
    sysctl: { 'net.ipv4.vs.conn_reuse_mode': mode, 'net.ipv4.vs.conntrack': conntrack },
    steps: [
      kept(5001),
      close(0, 'reset'),
      tcp(5001, {}, [SOON]),
      kept(5002),
      close(3, 'fin', [SOON]),
      tcp(5003),
      tcp(5004),
      tcp(5003, {}, ['after 1200']),
    ],
  };
}

function timesOut(sysctl: Story['sysctl']): Story {
  return {
    ipvs: ['--set 2 1 2', ...ROUND, '-A $U -s rr', ...[1, 2, 3].map((n) => `-a $U -r $${n}:53 -m`)],
    ...(sysctl === undefined ? {} : { sysctl }),
    steps: [
      kept(5001),
      udp(5002, { keep: true }),
      again(0, ['after 1000']),
      again(1),
      again(0, ['after 1000']),
      again(1),
      again(1, ['after 3000']),
      again(0),
      udp(5003, {}, ['--set 0 0 1']),
      udp(5003, {}, ['after 1500']),
      tcp(5004),
    ],
  };
}

/** One end has closed: the server whose process ends. It refuses who is given to it when it has no connection any more. */
function closesHalf(tcpFin: number): Story {
  return {
    ipvs: [`--set 0 ${tcpFin} 0`, '-A $T -s lc', ...ROUND.slice(1)],
    steps: [kept(5001), tcp(5002, {}, ['stop s3:80', 'stop s3:80-6', 'after 2500'])],
  };
}

/** A template is kept from its last connection on; one that runs out with connections open is kept by the minute. */
function persists(): Story {
  return {
    ipvs: ['--set 0 0 1', '-A $U -s rr -p 3', ...[1, 2, 3].map((n) => `-a $U -r $${n}:53 -m`)],
    steps: [
      by(2, udp(5001)),
      by(2, udp(5002, {}, ['after 2000'])),
      by(2, udp(5003, {}, ['after 2000'])),
      by(2, udp(5004, { keep: true }, ['after 4500'])),
      ...Array.from({ length: 6 }, () => again(3, ['after 700'])),
      by(2, udp(5005)),
      by(3, udp(5006)),
      by(2, udp(5007, {}, ['after 4500'])),
      by(3, udp(5008)),
    ],
  };
}

/** A persistent client's server loses its weight, goes, and comes back. */
function leaves(sysctl: Story['sysctl'], edits: readonly string[], back: readonly string[]): Story {
  return {
    ipvs: ['-A $T -s rr -p 300', '-a $T -r $1:80 -m', '-a $T -r $2:80 -m', '-a $T -r $3:80 -m'],
    ...(sysctl === undefined ? {} : { sysctl }),
    steps: [
      by(2, kept(5001)),
      by(3, tcp(5002)),
      by(2, tcp(5003, {}, edits)),
      again(0),
      by(4, tcp(5004)),
      by(2, tcp(5005, {}, back)),
      again(0),
    ],
  };
}

/** Whose turn it is when servers come and go. */
function turns(scheduler: string, weights: readonly number[]): Story {
  const four = Array.from({ length: 4 }, (_, i) => 5000 + i);
  const edits = [
    ['-d $T -r $2:80'],
    ['-a $T -r $2:80 -m -w 2'],
    ['-e $T -r $1:80 -m -w 4'],
    ['-e $T -r $1:80 -m -w 0'],
    ['-d $T -r $3:80'],
  ];
  return {
    ipvs: [`-A $T -s ${scheduler}`, ...weights.map((weight, i) => `-a $T -r $${i + 1}:80 -m -w ${weight}`)],
    steps: [
      ...four.map((port) => tcp(port)),
      ...edits.flatMap((edit, i) => four.map((port, k) => tcp(port + 10 * (i + 1), {}, k === 0 ? edit : NOTHING))),
    ],
  };
}

/** The service itself is deleted, and made again; or becomes another. */
function remade(sysctl: Story['sysctl'], others: readonly string[]): Story {
  return {
    ipvs: [...ROUND, ...others],
    ...(sysctl === undefined ? {} : { sysctl }),
    steps: [
      kept(5001),
      again(0, ['-D $T', SOON]),
      tcp(5002),
      tcp(5003, {}, ROUND),
      again(0, ['after 600']),
      tcp(5004, {}, ['-E $T -s sh']),
      tcp(5005),
    ],
  };
}

function associates(sysctl: Story['sysctl']): Story {
  return {
    ipvs: ['-A $S -s rr', '-a $S -r $1:80 -m', '-a $S -r $2:80 -m', '-a $S -r $3:80 -m'],
    sctp: true,
    ...(sysctl === undefined ? {} : { sysctl }),
    steps: [
      sctp(5001),
      sctp(5002),
      sctp(5001),
      sctp(5003, {}, ['-e $S -r $3:80 -m -w 0']),
      sctp(5004, {}, ['-d $S -r $3:80', SOON]),
      sctp(5001),
      sctp(5002),
    ],
  };
}

const STORIES: readonly (readonly [name: string, sentence: string, story: Story])[] = [
  ['goes', 'a server that goes and comes back', goes(undefined, BACK)],
  ['goes-tracked', 'a server that goes and comes back, with connection tracking', goes(TRACKED, BACK)],
  ['goes-nodest', 'a server that goes takes its connections with it, where that is asked for', goes(NODEST, BACK)],
  ['quiesces', 'a server that loses its weight', quiesces(undefined)],
  ['quiesces-tracked', 'a server that loses its weight, with connection tracking', quiesces(TRACKED)],
  ['quiesces-kube', 'a server that loses its weight, as kube-proxy sets IPVS up', quiesces(LIKE_KUBE_PROXY)],
  ['reuses', 'ports that come again', reuses('1', '0')],
  ['reuses-tracked', 'ports that come again, with connection tracking', reuses('1', '1')],
  ['reuses-never', 'ports that come again to the same server', reuses('0', '1')],
  ['times-out', 'connections that time out', timesOut(undefined)],
  ['times-out-tracked', 'connections that time out, with connection tracking', timesOut(TRACKED)],
  ['closes-half', 'a connection that its server has closed', closesHalf(0)],
  ['closes-half-soon', 'a connection that its server has closed, and that is soon forgotten', closesHalf(1)],
  ['persists', 'how long a client stays with its server', persists()],
  ['leaves', 'a persistent client and a server without weight', leaves(undefined, ['-e $T -r $3:80 -m -w 0'], ['-e $T -r $3:80 -m -w 1'])],
  ['leaves-kube', 'the same as kube-proxy sets IPVS up', leaves(LIKE_KUBE_PROXY, ['-e $T -r $3:80 -m -w 0'], ['-e $T -r $3:80 -m -w 1'])],
  ['leaves-gone', 'a persistent client and a server that goes', leaves(undefined, ['-d $T -r $3:80', SOON], ['-a $T -r $3:80 -m'])],
  [
    'leaves-gone-kube',
    'the same as kube-proxy sets IPVS up, with a server gone',
    leaves(LIKE_KUBE_PROXY, ['-d $T -r $3:80', SOON], ['-a $T -r $3:80 -m']),
  ],
  [
    'leaves-and-returns',
    'a persistent client and a server that is back at once',
    leaves(NODEST, ['-d $T -r $3:80', '-a $T -r $3:80 -m', SOON], []),
  ],
  ...['rr', 'wrr', 'wlc', 'sh', 'mh'].map(
    (name) => [`turns-${name}`, `${name}, while servers come and go`, turns(name, [1, 2, 3])] as const,
  ),
  ['remade', 'a service that is deleted and made again', remade(undefined, ['-A $U -s rr'])],
  ['remade-alone', 'the only service, which is deleted and made again', remade(undefined, [])],
  ['remade-nodest', 'a service that is deleted takes connections with it, where that is asked for', remade(NODEST, ['-A $U -s rr'])],
  ['associates', 'associations and servers that go', associates(LIKE_KUBE_PROXY)],
];

export const IPVS_STORIES: readonly (readonly [string, string, Plan])[] = STORIES.flatMap(([name, sentence, story]) => [
  [`story-${name}`, `${sentence}, over IPv4`, planOf(story, FOUR)] as const,
  [`story-${name}-6`, `${sentence}, over IPv6`, planOf(story, SIX)] as const,
]);
