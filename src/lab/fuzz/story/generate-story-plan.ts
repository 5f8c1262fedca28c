/**
 * The plan of a seed that is a story: sockets of a client that are kept, used again and closed, in either family, while the router's rules change, its
 * connections are deleted and servers end; at last the router's connections are listed. The same seed is the same plan.
 */
import type { TableName } from '../../../plan/ruleset.js';
import { Chance } from '../chance.js';
import { address, CornerNetwork, tablesText } from '../corner/corner-network.js';
import type { ChangeDraft, PlanDraft, ProbeDraft } from '../draft.js';
import { socketText } from '../dialect.js';

/** Longer than TCP takes to send its data again, which is when it hears of errors about them. */
const TIMEOUT_MS = 300;
/** Late acknowledgements are on their way for some time, and devices come up at first. */
const PAUSE_MS = 60;
const BEGIN_MS = 400;
const SERVERS = ['s tcp 80', 's udp 53', 's tcp 80 six', 's udp 53 six'];

type Opening = Pick<ProbeDraft, 'id' | 'after_ms' | 'timeout_ms'>;

interface Story {
  readonly chance: Chance;
  /** Sockets that are open, by the probe that opened them, and of which protocol and family. */
  readonly open: ProbeDraft[];
  readonly stoppable: string[];
}

export function generateStoryPlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const net = new CornerNetwork(chance, ['c', 'r', 's']);
  net.sysctl('r', 'net.netfilter.nf_conntrack_tcp_loose', chance.maybe(30) ? '0' : '1');
  net.sysctl('r', 'net.netfilter.nf_conntrack_tcp_be_liberal', chance.maybe(30) ? '1' : '0');
  const draft = net.draft();
  const router = net.space('r');
  [router.iptables, router.ip6tables] = [rulesText(chance, false), rulesText(chance, true)];
  const story: Story = { chance, open: [], stoppable: chance.some(SERVERS, 25) };
  draft.probes = Array.from({ length: probes }, (_, i) => chapter(story, i));
  const last = draft.probes.at(-1);
  if (last !== undefined) last.conntrack = ['r'];
  return draft;
}

function rulesText(chance: Chance, six: boolean): string {
  const vip = `${address('9.9', six)}/${six ? 128 : 32}`;
  const at = (host: string, port: number): string => socketText(address(host, six), `:${port}`);
  const nat = [
    `-A PREROUTING -d ${vip} -p udp -m udp --dport 53 -j DNAT --to-destination ${at(chance.pick(['2.2', '2.3']), chance.pick([53, 5353, 99]))}`,
    `-A PREROUTING -d ${vip} -p tcp -m tcp --dport 80 -j DNAT --to-destination ${at(chance.pick(['2.2', '2.3']), chance.pick([80, 443, 99]))}`,
    ...chance.some(['-A POSTROUTING -o s0 -p tcp -j MASQUERADE', '-A POSTROUTING -o s0 -p udp -j MASQUERADE'], 30),
    ...(chance.maybe(20)
      ? [`-A POSTROUTING -o s0 -j SNAT --to-source ${at('2.1', 0).replace(/:0$/, ':45000-45001')}`.replace('-j SNAT', '-p udp -j SNAT')]
      : []),
  ];
  const filter = [
    ...(chance.maybe(35) ? ['-A FORWARD -m conntrack --ctstate INVALID -j DROP'] : []),
    ...(chance.maybe(15) ? [`-A FORWARD -p ${chance.pick(['tcp', 'udp'])} -m conntrack --ctstate ESTABLISHED -j DROP`] : []),
    ...(chance.maybe(15) ? [`-A FORWARD -p tcp -m tcp --dport ${chance.pick([80, 443])} -j REJECT --reject-with tcp-reset`] : []),
    ...(chance.maybe(15) ? [`-A FORWARD -p udp -m udp --dport ${chance.pick([53, 5353])} -m conntrack --ctstate NEW -j REJECT`] : []),
    ...(chance.maybe(20)
      ? [`-A FORWARD -p udp -m conntrack --ctstate NEW -m limit --limit 1/hour --limit-burst ${chance.between(1, 4)} -j ACCEPT`]
      : []),
    ...(chance.maybe(20) ? ['-A FORWARD -p udp -m conntrack --ctstate NEW -m statistic --mode nth --every 2 --packet 0 -j DROP'] : []),
  ];
  return tablesText(
    new Map<TableName, string[]>([
      ['nat', nat],
      ['filter', filter],
    ]),
  );
}

function chapter(story: Story, i: number): ProbeDraft {
  const { chance, open } = story;
  const used = open.length > 0 && chance.maybe(60) ? chance.pick(open) : undefined;
  const begin = { id: `${i + 1}`, after_ms: i === 0 ? BEGIN_MS : PAUSE_MS, timeout_ms: TIMEOUT_MS };
  const close = used !== undefined && chance.maybe(20) ? chance.pick(['fin' as const, 'reset' as const]) : undefined;
  const keep = close === undefined && chance.maybe(70);
  const probe: ProbeDraft = used === undefined ? opening(story, begin) : again(begin, used.id);
  if (close !== undefined) probe.close = close;
  if (keep) probe.keep = true;
  if (used === undefined && keep) open.push(probe);
  if (used !== undefined && !keep) open.splice(open.indexOf(used), 1);
  if (i > 0 && chance.maybe(30)) probe.change = { r: changes(chance) };
  const stopped = i > 2 && chance.maybe(10) ? story.stoppable.pop() : undefined;
  if (stopped !== undefined) probe.stop = [stopped];
  return probe;
}

/** Where it is from and whom it calls is its socket's. */
function again(begin: Opening, reuse: string): ProbeDraft {
  return { ...begin, reuse } as ProbeDraft;
}

function opening({ chance }: Story, begin: Opening): ProbeDraft {
  const six = chance.maybe(40);
  const proto = chance.weighed([
    [5, 'udp' as const],
    [5, 'tcp' as const],
    [1, 'icmp' as const],
  ]);
  // Nothing leads to a service's address but its translation: its other ports are not called, for a socket that is told so goes on asking, or not.
  const service = proto !== 'icmp' && chance.maybe(55);
  const dst = address(service ? '9.9' : chance.pick(['2.2', '2.3']), six);
  const others = service ? [] : [443, 5353];
  const ports =
    proto === 'icmp'
      ? {}
      : { dport: proto === 'tcp' ? chance.pick([80, 80, ...others.slice(0, 1)]) : chance.pick([53, 53, ...others.slice(1)]) };
  const own =
    proto !== 'icmp' && chance.maybe(70) ? { src: address(chance.pick(['1.2', '1.3']), six), sport: chance.between(4000, 4002) } : {};
  return { ...begin, netns: 'c', proto, dst, ...ports, ...own };
}

function changes(chance: Chance): ChangeDraft {
  const deleted = [
    '-F',
    '-D -p udp',
    '-D -p tcp',
    '-D --orig-dst 10.0.9.9',
    '-D --reply-src 10.0.2.2',
    '-D -p udp --orig-port-src 4000',
    '-D --dst-nat',
    '-D --src-nat',
  ];
  return {
    ...(chance.maybe(40) ? { iptables: rulesText(chance, false) } : {}),
    ...(chance.maybe(40) ? { ip6tables: rulesText(chance, true) } : {}),
    ...(chance.maybe(50) ? { conntrack: [chance.pick(deleted)] } : {}),
  };
}
