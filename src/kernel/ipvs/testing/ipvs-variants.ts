/** Services of every kind at the director, and who is answered by whom. Named as the fixture, and as a sentence. */
import type { LinkPlan, Plan } from '../../../plan/plan.js';
import { type Director, directorPlan } from './director.js';
import { kube } from './kube-nodes.js';

type Ends = readonly [vip: string, server: (n: number) => string];
const FOUR: Ends = ['10.9.0.1', (n) => `10.0.2.1${n}`];
const SIX: Ends = ['[fd00:9::1]', (n) => `[fd00:2::1${n}]`];

/** `-t 10.9.0.1:80 -s rr`, with servers as `1:80 -m -w 3`. */
function service([vip, server]: Ends, head: string, servers: readonly string[]): string[] {
  const [kind = '', port = '', ...options] = head.split(' ');
  const key = kind === '-f' ? `-f ${port}${vip.startsWith('[') ? ' -6' : ''}` : `${kind} ${vip}:${port}`;
  return [`-A ${key} ${options.join(' ')}`, ...servers.map((text) => `-a ${key} -r ${server(Number(text[0]))}${text.slice(1)}`)];
}

const EACH = ['1:80 -m', '2:80 -m', '3:80 -m'];
const to = (ends: Ends, port: number, more = ''): string => `c tcp ${ends[0]}:${port}${more}`;
const bare = (vip: string): string => vip.replace(/[[\]]/g, '');

function kinds(ends: Ends): Director {
  const ipvs = [
    ...service(ends, '-t 80 -s rr', EACH),
    ...service(ends, '-t 81 -s rr', ['1:81 -m']),
    ...service(ends, '-t 82 -s rr', []),
    ...service(ends, '-t 83 -s wrr', ['1:80 -m -w 0']),
    ...service(ends, '-t 84 -s rr', ['9:80 -m']),
    ...service(ends, '-u 53 -s rr', ['1:53 -m', '2:53 -m', '3:53 -m']),
    ...service(ends, '-u 54 -s rr', ['1:54 -m']),
    ...service(ends, '-u 55 -s rr', []),
    ...service(ends, '-f 5 -s rr', ['2:0 -m']),
  ];
  const ports = [80, 81, 82, 83, 84, 99];
  const mark = `mangle PREROUTING -p tcp -m tcp --dport 85 -j MARK --set-mark 5`;
  const [vip] = ends;
  const probes = [
    ...[80, 80, 80, 81, 82, 83, 84, 99].map((port) => to(ends, port, port === 84 ? ' timeout=3900' : '')),
    ...[53, 53, 54, 55, 99].map((port) => `c udp ${vip}:${port}`),
    `c icmp ${bare(vip)}`,
    `d icmp ${bare(vip)}`,
    ...ports.filter((port) => port !== 84).map((port) => `d tcp ${vip}:${port}`),
    `d udp ${vip}:53`,
    `d udp ${vip}:55`,
    `d tcp ${vip}:80 mark=5`,
    `s1 tcp ${vip}:81`,
    `s2 tcp ${vip}:82`,
    `c tcp ${vip}:85`,
  ];
  const six = vip.startsWith('[');
  return { ipvs, probes, ...(six ? { rules6: [`${mark}`] } : { rules: [mark] }) };
}

const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'sed',
  'nq',
  'sh',
  'dh',
  'mh',
  'sh -b sh-port',
  'mh -b mh-port',
  'sh -b sh-fallback',
  'mh -b mh-fallback',
];

/** Each client twice, from ports of its own. */
function schedulers(ends: Ends, weights: readonly number[]): Director {
  const servers = weights.map((weight, i) => `${i + 1}:80 -m -w ${weight}`);
  const ipvs = SCHEDULERS.flatMap((name, i) => service(ends, `-t ${8001 + i} -s ${name}`, servers));
  const client = (k: number): string => (ends[0].startsWith('[') ? `fd00:1::${2 + (k % 8)}` : `10.0.1.${2 + (k % 8)}`);
  const probes = SCHEDULERS.flatMap((_, i) =>
    Array.from({ length: 12 }, (__, k) => to(ends, 8001 + i, ` src=${client(k)} sport=${20_000 + i * 20 + k}`)),
  );
  return { ipvs, probes };
}

/** Datagrams, whose connections nobody closes. */
function datagrams(ends: Ends, how: string): Director {
  const names = ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq'];
  const servers = [1, 2, 3].map((n) => `${n}:53 ${how} -w ${n}`);
  const ipvs = names
    .flatMap((name, i) => service(ends, `-u ${how === '-g' ? 53 : 8001 + i} -s ${name}`, servers))
    .slice(how === '-g' ? -4 : 0);
  const ports = how === '-g' ? [53] : names.map((_, i) => 8001 + i);
  const probes = ports.flatMap((port) =>
    Array.from({ length: 7 }, (_, k) => `c udp ${ends[0]}:${port} sport=${21_000 + port * 8 - 8001 * 8 * Number(how !== '-g') + k}`),
  );
  return { ipvs, probes, direct: how === '-g' };
}

/** The same servers by marks, which have no port of their own. */
function marks(ends: Ends): Director {
  const six = ends[0].startsWith('[');
  const ipvs = [
    ...service(ends, '-f 5 -s rr -p 60', ['1:80 -m', '2:80 -m']),
    ...service(ends, '-f 6 -s rr', ['1:80 -m', '2:80 -m']),
    ...service(ends, '-f 7 -s rr -p 60', ['1:0 -m']),
  ];
  const rules = [5, 6, 7].map((n) => `mangle PREROUTING -p tcp -m tcp --dport ${80 + n} -j MARK --set-mark ${n}`);
  const same = 'mangle PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-mark 5';
  const probes = [85, 85, 86, 86, 87, 80, 80].map((port) => to(ends, port));
  return { ipvs, probes, ...(six ? { rules6: [...rules, same] } : { rules: [...rules, same] }) };
}

function persistence(ends: Ends): Director {
  const six = ends[0].startsWith('[');
  const client = (k: number): string => ` src=${six ? `fd00:1::${k}` : `10.0.1.${k}`}`;
  const ipvs = [
    ...service(ends, '-t 80 -s rr -p 300', EACH),
    ...service(ends, `-t 81 -s rr -p 300 -M ${six ? 127 : '255.255.255.254'}`, EACH),
    ...service(ends, '-t 0 -s rr -p 60', ['1:0 -m', '2:0 -m', '3:0 -m']),
    ...service(ends, '-f 5 -s rr -p 300', ['1:0 -m', '2:0 -m', '3:0 -m']),
    ...service(ends, '-u 53 -s rr -p 300', ['1:53 -m', '2:53 -m', '3:53 -m']),
  ];
  const marks = [6053, 80].map(
    (port) => `mangle PREROUTING -d ${bare(ends[0]).slice(0, -1)}2 -p tcp -m tcp --dport ${port} -j MARK --set-mark 5`,
  );
  const other = ends[0].replace(/1(\]?)$/, '2$1');
  const probes = [
    ...[2, 3, 2, 4, 3, 2].map((k) => to(ends, 80, client(k))),
    ...[2, 3, 4, 5, 6, 2].map((k) => to(ends, 81, client(k))),
    ...[2, 3, 2, 3].flatMap((k) => [to(ends, 90, client(k)), to(ends, 91, client(k))]),
    ...[2, 3, 2, 3].map((k) => `c tcp ${other}:80${client(k)}`),
    ...[2, 3, 2].map((k) => `c udp ${ends[0]}:53${client(k)}`),
  ];
  return { ipvs, probes, ...(six ? { rules6: marks } : { rules: marks }) };
}

/** With masquerading of what goes to servers, which wants net.ipv4.vs.conntrack. */
function masquerading(ends: Ends, conntrack: string): Director {
  const ipvs = [...service(ends, '-t 80 -s rr', EACH), ...service(ends, '-u 53 -s rr', ['1:53 -m'])];
  const rules = ['nat POSTROUTING -o br0 -m ipvs --vproto 6 -j MASQUERADE', 'nat POSTROUTING -o br0 -p udp -j MASQUERADE'];
  const probes = [
    ...[1, 2].flatMap(() => [to(ends, 80), `c udp ${ends[0]}:53`, `d tcp ${ends[0]}:80`]),
    `s2 tcp ${ends[0]}:80`,
    `s2 udp ${ends[0]}:53`,
  ];
  const which = ends[0].startsWith('[') ? { rules6: rules } : { rules };
  return { ipvs, probes, sysctl: { 'net.ipv4.vs.conntrack': conntrack }, ...which };
}

function limits(ends: Ends): Director {
  const ipvs = [...service(ends, '-t 80 -s rr', ['1:80 -m -x 2', '2:80 -m -x 2']), ...service(ends, '-t 81 -s wlc', ['1:80 -m -x 3 -y 1'])];
  return { ipvs, probes: [...Array.from({ length: 6 }, () => to(ends, 80)), ...Array.from({ length: 5 }, () => to(ends, 81))] };
}

function forwarding(ends: Ends, how: string, tunnels: readonly LinkPlan[] = []): Director {
  const ipvs = [...service(ends, '-t 80 -s rr', [`1:80 ${how}`, `2:80 ${how}`]), ...service(ends, '-u 53 -s rr', [`3:53 ${how}`])];
  const probes = [
    to(ends, 80),
    to(ends, 80),
    to(ends, 80),
    `c udp ${ends[0]}:53`,
    `d tcp ${ends[0]}:80`,
    to(ends, 81),
    `c icmp ${bare(ends[0])}`,
  ];
  return { ipvs, probes, direct: true, tunnels };
}

function refusing(ends: Ends): Partial<Director> {
  const rule = 'filter OUTPUT -p tcp -m ipvs --ipvs -j REJECT';
  return ends[0].startsWith('[')
    ? { rules6: [rule], rules: ['filter OUTPUT -j ACCEPT'] }
    : { rules: [rule], rules6: ['filter OUTPUT -j ACCEPT'] };
}

/** Direct routing, and a rule in the way of it. */
function refused(ends: Ends, rule: string): Director {
  const plan = forwarding(ends, '-g');
  return { ...plan, ...(ends[0].startsWith('[') ? { rules6: [rule] } : { rules: [rule] }) };
}

/** Servers that are the director itself. */
function local(ends: Ends): Director {
  const own = ends[0].startsWith('[') ? '[fd00:2::1]' : '10.0.2.1';
  const key = (port: number): string => `-t ${ends[0]}:${port}`;
  const ipvs = [`-A ${key(8080)} -s rr`, `-a ${key(8080)} -r ${own}:80 -m`, `-A ${key(80)} -s rr`, `-a ${key(80)} -r ${own}:80 -g`];
  return { ipvs, probes: [to(ends, 8080), to(ends, 80), `d tcp ${ends[0]}:8080`, `d tcp ${ends[0]}:80`] };
}

function hops(ends: Ends, ttl: number): Director {
  const ipvs = [...service(ends, '-t 80 -s rr', ['1:80 -m']), ...service(ends, '-u 53 -s rr', ['1:53 -m'])];
  return { ipvs, ttl, probes: [to(ends, 80), `c udp ${ends[0]}:53`, `c icmp ${bare(ends[0])}`] };
}

/** Rules that ask what IPVS did, where it goes on. */
function asked(ends: Ends): Director {
  const ipvs = [
    ...[80, 81, 82, 83, 84].flatMap((port) => service(ends, `-t ${port} -s rr`, ['1:80 -m'])),
    ...[53, 54].flatMap((port) => service(ends, `-u ${port} -s rr`, ['2:53 -m'])),
  ];
  const six = ends[0].startsWith('[');
  const [own, other] = [1, 2].map((n) => `${bare(ends[0]).slice(0, -1)}${n}/${six ? 128 : 32}`);
  const rules = [
    `tcp -m ipvs --vaddr ${own} --vport 81`,
    `tcp -m ipvs --vaddr ${other}`,
    'udp -m ipvs --vmethod MASQ --vport 54',
    'udp -m ipvs --vmethod GATE',
    'tcp -m ipvs --vdir ORIGINAL --vport 83',
    'tcp -m ipvs --vdir REPLY --vport 84',
  ].map((rule) => `mangle POSTROUTING -o br0 -p ${rule} -j DROP`);
  const probes = [
    ...[80, 81, 82, 83, 84].map((port) => to(ends, port)),
    ...[53, 54].map((port) => `c udp ${ends[0]}:${port}`),
    ...[80, 81].map((port) => `d tcp ${ends[0]}:${port}`),
  ];
  return { ipvs, probes, sysctl: { 'net.ipv4.vs.conntrack': '1' }, ...(six ? { rules6: rules } : { rules }) };
}

/** Calls from ports 30000 and up are lost behind the director, and go on waiting; each other tells whose turn it is. */
function waiting(ends: Ends): Director {
  const names = ['lc', 'wlc', 'sed', 'nq'];
  const six = ends[0].startsWith('[');
  const ipvs = names.flatMap((name, i) => service(ends, `-t ${8001 + i} -s ${name}`, ['1:80 -m -w 1', '2:80 -m -w 3', '3:80 -m -w 2']));
  const rules = ['mangle POSTROUTING -o br0 -p tcp -m tcp --sport 30000:30999 -j DROP'];
  const probes = names.flatMap((_, i) =>
    Array.from({ length: 8 }, (__, k) => [
      to(ends, 8001 + i, ` sport=${30_000 + i * 100 + k} timeout=30`),
      to(ends, 8001 + i, ` sport=${20_000 + i * 100 + k}`),
    ]).flat(),
  );
  return { ipvs, probes, ...(six ? { rules6: rules } : { rules }) };
}

function associations(ends: Ends, conntrack: string): Director {
  const ipvs = [
    ...['rr', 'wrr', 'lc', 'wlc', 'sh'].flatMap((name, i) =>
      service(ends, `--sctp-service ${81 + i} -s ${name}`, ['1:80 -m -w 1', '2:80 -m -w 3', '3:80 -m -w 2']),
    ),
    ...service(ends, '--sctp-service 90 -s rr', []),
    ...service(ends, '--sctp-service 91 -s rr', ['1:99 -m']),
    ...service(ends, '--sctp-service 80 -s rr -p 300', ['1:80 -m', '2:80 -m']),
    ...service(ends, '-t 92 -s rr', ['1:80 -m']),
  ];
  const [vip] = ends;
  const rules = ['nat POSTROUTING -o br0 -p sctp -m sctp --dport 80 -m ipvs --vport 82 -j MASQUERADE'];
  const ports = [81, 81, 81, 81, 82, 82, 82, 82, 83, 83, 83, 84, 84, 84, 85, 85, 90, 91, 92, 80, 80];
  const probes = [
    ...ports.map((port, i) => `c sctp ${vip}:${port} sport=${22_000 + i}`),
    ...[81, 90].map((port) => `d sctp ${vip}:${port}`),
  ];
  return {
    ipvs,
    probes,
    sctp: true,
    sysctl: { 'net.ipv4.vs.conntrack': conntrack },
    ...(vip.startsWith('[') ? { rules6: rules } : { rules }),
  };
}

const TUNL0: LinkPlan = { name: 'tunl0', kind: 'ipip' };

const both = (name: string, sentence: string, make: (ends: Ends) => Director): readonly [string, string, Plan][] => [
  [name, `${sentence}, over IPv4`, directorPlan(make(FOUR))],
  [`${name}-6`, `${sentence}, over IPv6`, directorPlan(make(SIX))],
];

export const IPVS_VARIANTS: readonly (readonly [string, string, Plan])[] = [
  ...both('kinds', 'services of TCP and UDP, by address and by mark', kinds),
  ...both('schedulers', 'every scheduler, of equal servers', (ends) => schedulers(ends, [1, 1, 1])),
  ...both('schedulers-weighted', 'every scheduler, by weight', (ends) => schedulers(ends, [1, 3, 2])),
  ...both('schedulers-quiet', 'every scheduler, with a server that takes nobody', (ends) => schedulers(ends, [2, 0, 1])),
  ...both('datagrams', 'datagrams to servers', (ends) => datagrams(ends, '-m')),
  ...both('datagrams-direct', 'datagrams by direct routing', (ends) => datagrams(ends, '-g')),
  ...both('associations', 'services of SCTP', (ends) => associations(ends, '1')),
  ...both('associations-alone', 'services of SCTP without connection tracking', (ends) => associations(ends, '0')),
  ...both('marks', 'services of marks', marks),
  ...both('persistence', 'clients that stay with their server', persistence),
  ...both('masquerading', 'servers that see the director', (ends) => masquerading(ends, '1')),
  ...both('no-conntrack', 'masquerading that does not see what IPVS handles', (ends) => masquerading(ends, '0')),
  ...both('asked', 'rules that ask what IPVS did', asked),
  ...both('waiting', 'servers with connections that nobody answers', waiting),
  ...both('limits', 'servers that take so many connections', limits),
  ...both('local', 'the director as a server', local),
  ...both('hops-1', 'a TTL of 1', (ends) => hops(ends, 1)),
  ...both('hops-2', 'a TTL of 2', (ends) => hops(ends, 2)),
  ...both('direct', 'direct routing', (ends) => forwarding(ends, '-g')),
  ...both('refused-direct', 'direct routing that a rule refuses', (ends) =>
    refused(ends, 'filter OUTPUT -p tcp -m tcp --dport 80 -j REJECT'),
  ),
  ...both('refused-server', 'a server that a rule refuses', (ends) => ({ ...kinds(ends), ...refusing(ends) })),
  ['tunnel', 'a tunnel to each server', directorPlan(forwarding(FOUR, '-i', [TUNL0]))],
  ['kube-host-gw', "kube-proxy's services without a tunnel", kube('host-gw')],
  ['kube-vxlan', "kube-proxy's services over VXLAN", kube('vxlan')],
];
