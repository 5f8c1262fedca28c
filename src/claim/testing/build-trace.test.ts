/**
 * Traces by hand, for tests only: a way is a list of lines such as
 *   pod.default.a@node1 tx eth0
 *   node1 prerouting nat KUBE-SERVICES#3 nat KUBE-SVC-X#1 => DNAT to 10.244.2.3:80
 *   node1 forward filter FORWARD#0 !drop
 *   node1 drop eth0 NEIGH_FAILED
 * i.e. namespace[@node] stage [device] [table chain#index[:text]]… [=> change] [!verdict].
 */
import type { Hop, Outcome, RuleText, Stage, Trace } from '../../trace/trace.js';
import { TRACE_SCHEMA } from '../../trace/trace.js';

/** A hook's device follows its name: `prerouting:cni0`. */
const HOOKS: readonly string[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

export function way(text: string): readonly Hop[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line, t) => hop(line, t));
}

function hop(line: string, t: number): Hop {
  const match = /^(\S+?)(?:@(\S+))? ([^\s:]+)(?::(\S+))?(.*?)(?: => (.*?))?(?: !(.*))?$/.exec(line);
  if (match === null) throw new Error(`not a hop: ${line}`);
  const [, netns = '', node = netns, stage = '', hookDevice, rest = '', change, verdict] = match;
  const words = rest.trim();
  const isHook = HOOKS.includes(stage);
  const device = isHook
    ? (hookDevice ?? null)
    : stage === 'route' || stage === 'answer' || words === ''
      ? null
      : (words.split(' ')[0] ?? null);
  return {
    t,
    node,
    netns,
    device,
    stage: stage as Stage,
    packet: 'IP 10.244.1.2.40000 > 10.96.0.20.80: Flags [S], length 0',
    change: change ?? null,
    rules: isHook ? rules(words) : [],
    verdict: verdict ?? defaultVerdict(stage, words),
  };
}

function defaultVerdict(stage: string, words: string): string {
  if (stage === 'deliver') return 'delivered';
  if (stage === 'route') return words;
  return stage === 'drop' ? (words.split(' ')[1] ?? 'NETFILTER_DROP') : 'accept';
}

/** `nat KUBE-SVC-X#1:-j KUBE-SEP-Y; filter FORWARD#0` */
function rules(words: string): readonly RuleText[] {
  if (words === '') return [];
  return words.split('; ').map((one) => {
    const match = /^(\S+) ([^#\s]+)#(\d+)(?::(.*))?$/.exec(one);
    if (match === null) throw new Error(`not a rule: ${one}`);
    return { table: match[1] ?? '', chain: match[2] ?? '', index: Number(match[3]), text: match[4] ?? '' };
  });
}

/** An outcome that is delivered unless `over` says otherwise. */
export function outcome(over: Partial<Outcome> = {}): Outcome {
  return {
    probability: 1,
    verdict: 'delivered',
    server: 'pod/default/b',
    clientSees: { src: '10.244.1.2:40000', dst: '10.244.2.3:80' },
    serverSees: { src: '10.244.1.2:40000', dst: '10.244.2.3:80' },
    proxyHeader: null,
    snat: false,
    dnat: false,
    nat: [],
    encapsulations: [],
    cause: null,
    icmp: null,
    pathMtu: 1450,
    request: [],
    reply: [],
    ...over,
  };
}

export function trace(from: string, to: string, outcomes: readonly Outcome[]): Trace {
  return { schema: TRACE_SCHEMA, flow: { from, to, protocol: 'TCP', address: '10.96.0.20', port: 80 }, outcomes };
}
