/**
 * A world by hand, for tests only: three nodes, a few pods, two Services, one outside client. Traces are given by `from to`; a connection
 * without one is delivered by the plainest way. Names resolve as the simulation resolves them.
 */
import { inputError, unsupported } from '../../base/errors.js';
import type { Behind, Outcome, RuleText } from '../../trace/trace.js';
import type { ObjectPhrase, RoutePhrase, SubjectPhrase } from '../phrase.js';
import type { RulePlace } from '../../trace/rule-place.js';
import type { ClaimWorld, Subject, Target } from '../world.js';
import { outcome, trace, way } from './build-trace.test.js';

const NODES: Readonly<Record<string, readonly string[]>> = {
  node1: ['192.168.1.10', '10.244.1.1', '10.244.1.0'],
  node2: ['192.168.1.20', '10.244.2.1', '10.244.2.0'],
  node3: ['192.168.1.30', '10.244.3.1', '10.244.3.0'],
};

const PODS: Readonly<Record<string, { node: string; ip: string }>> = {
  a: { node: 'node1', ip: '10.244.1.2' },
  b: { node: 'node2', ip: '10.244.2.3' },
  c: { node: 'node1', ip: '10.244.1.3' },
  'nginx-1': { node: 'node2', ip: '10.244.2.4' },
  'nginx-2': { node: 'node3', ip: '10.244.3.4' },
};

const SERVICES: Readonly<Record<string, string>> = { nginx: '10.96.0.20', empty: '10.96.0.30' };

const SERVERS: Readonly<Record<string, readonly string[]>> = {
  nginx: ['pod/default/nginx-1', 'pod/default/nginx-2'],
  empty: [],
};

export function buildWorld(traces: Readonly<Record<string, readonly Outcome[]>> = {}): ClaimWorld {
  return {
    subjects,
    targets: (phrase, route, subject) => targets(phrase, route, subject),
    trace: (subject, target) => trace(subject.from, target.to, traces[`${subject.from} ${target.to}`] ?? [plainOutcome(subject, target)]),
    addresses,
    owner,
    nodes: () => Object.keys(NODES),
    why,
    replay: (subject, target) => `hopspec trace -c cluster.yaml -f manifests --from ${subject.from} --to ${target.to}`,
  };
}

function why(_place: RulePlace, rule: RuleText): Behind | undefined {
  if (rule.chain.startsWith('FLANNEL-'))
    return { kind: 'CNI', namespace: null, name: 'flannel', detail: 'pods keep their address inside the cluster' };
  if (!rule.text.includes('MASQUERADE')) return undefined;
  const detail = 'externalTrafficPolicy is Cluster, so the reply must come back through this node';
  return { kind: 'Service', namespace: 'default', name: 'nginx', detail };
}

function subjects(phrase: SubjectPhrase): readonly Subject[] {
  switch (phrase.kind) {
    case 'pod':
      return [pod(phrase.name.name.toLowerCase())];
    case 'every-pod':
      return ['a', 'b', 'c'].map(pod);
    case 'pod-of':
      return ['nginx-1', 'nginx-2'].map(pod);
    case 'node':
      return [{ from: `node/${phrase.name}`, label: phrase.name, node: phrase.name }];
    case 'client':
      return [{ from: `external/${phrase.name}`, label: `client ${phrase.name}`, node: undefined }];
  }
}

function pod(name: string): Subject {
  const known = PODS[name];
  if (known === undefined) throw inputError('unknown-pod', `there is no pod ${name}`);
  return { from: `pod/default/${name}`, label: `pod ${name}`, node: known.node };
}

function targets(phrase: ObjectPhrase, route: RoutePhrase | undefined, subject: Subject): readonly Target[] {
  const protocol = route?.via === 'ping' ? 'ICMP' : (route?.protocol ?? 'TCP');
  const port = route?.port ?? 80;
  if (route?.via === 'NodePort') {
    const nodes = route.node === undefined ? Object.keys(NODES) : [route.node];
    return nodes.map((node) => ({ to: `nodeport/${node}:${port}`, label: `NodePort ${port} on ${node}`, protocol }));
  }
  if (phrase.kind === 'service')
    return [
      { to: `svc/default/${phrase.name.name}:${port}`, label: `Service ${phrase.name.name}`, protocol, servers: SERVERS[phrase.name.name] },
    ];
  if (phrase.kind === 'localhost') return [{ to: `ip/127.0.0.1:${port}`, label: 'localhost', protocol }];
  if (phrase.kind === 'address') return [{ to: `ip/${phrase.address}:${port}`, label: phrase.address, protocol }];
  if (phrase.kind === 'host') throw unsupported('object-host', 'host names are not modelled');
  const others = subjects(phrase).filter((one) => one.from !== subject.from || phrase.kind !== 'every-pod');
  return others.map((one) => ({ to: `${one.from}:${port}`, label: one.label, protocol }));
}

function addresses(phrase: ObjectPhrase): readonly string[] {
  if (phrase.kind === 'node') return NODES[phrase.name] ?? [];
  if (phrase.kind === 'service') return [SERVICES[phrase.name.name] ?? ''];
  if (phrase.kind === 'address') return [phrase.address];
  if (phrase.kind === 'client') return ['203.0.113.9'];
  return phrase.kind === 'pod' ? [PODS[pod(phrase.name.name.toLowerCase()).label.slice(4)]?.ip ?? ''] : [];
}

function owner(address: string): string | undefined {
  for (const [name, [first, bridge]] of Object.entries(NODES)) {
    if (address === first) return name;
    if (address === bridge) return `${name} (cni0)`;
  }
  const found = Object.entries(PODS).find(([, one]) => one.ip === address);
  return found === undefined ? undefined : `pod default/${found[0]}`;
}

/** By host-gw from the sender's bridge to the server's, with nothing in the way. */
function plainOutcome(subject: Subject, target: Target): Outcome {
  const name = /^pod\/default\/([^:]+)/.exec(target.to)?.[1] ?? (target.servers === undefined ? 'b' : 'nginx-1');
  const node = PODS[name]?.node ?? 'node2';
  const request = `${subject.from.replace(/^pod\//, 'pod.').replace('/', '.')}@${subject.node ?? 'laptop'} tx eth0
    ${node} rx eth0
    pod.default.${name}@${node} rx eth0
    pod.default.${name}@${node} deliver eth0`;
  return outcome({ server: `pod/default/${name}`, request: way(request), reply: way(`${node} tx eth0`) });
}
