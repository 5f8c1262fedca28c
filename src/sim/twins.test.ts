/**
 * Cutting ranges is sound: on random clusters every sentence ends in the same words with and without it. Without, every pod is taken for different.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng, type Rng } from '../base/rng.js';
import { ClaimMismatch } from '../base/errors.js';
import { judgeQualifiers, judgeTraffic } from '../claim/judge/judge-traffic.js';
import type { Judgement } from '../claim/judge/judgement.js';
import type { ClaimWorld } from '../claim/world.js';
import { parseQualifier, parseTrafficClaim } from '../claim/parse/traffic-claim.js';
import { defaultCluster } from '../manifest/cluster/defaults.js';
import { ClusterWorld } from './cluster-world.js';
import { failNode, loseOnLink } from './faults.js';
import { createSimulation, type Simulation } from './simulation.js';

const LABELS = ['app: web', 'app: web', 'app: db', 'app: db', 'app: web, tier: front'];
const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.below(list.length)] as T;

function pod(rng: Rng, i: number, nodes: number): string {
  const ports = pick(rng, [
    '[{containerPort: 80}]',
    '[{containerPort: 80}]',
    '[{containerPort: 80}]',
    '[{containerPort: 80}]',
    '[{containerPort: 8080}]',
    `[{containerPort: 80, hostPort: ${7000 + i}}]`,
  ]);
  const more = pick(rng, ['', '', '', '', '', '', 'hostNetwork: true, ']);
  return `
apiVersion: v1
kind: Pod
metadata: {name: p${i}, labels: {${pick(rng, LABELS)}}}
spec: {${more}nodeName: node${1 + rng.below(nodes)}, containers: [{name: main, image: x, ports: ${more === '' ? ports : '[]'}}]}
`;
}

/** A Service whose ranges may tell one pod's address from another's. */
function service(rng: Rng, i: number): string {
  const external = pick(rng, ['', '', 'externalIPs: [10.244.0.3], ']);
  const policy = pick(rng, ['', 'internalTrafficPolicy: Local, ', 'externalTrafficPolicy: Local, type: NodePort, ']);
  const ranges = pick(rng, ['', 'type: LoadBalancer, loadBalancerSourceRanges: [10.244.0.0/30, 10.244.1.4/31], ']);
  const selector = pick(rng, ['app: web', 'app: db', 'tier: front']);
  const type = policy.includes('type') ? '' : ranges;
  return `
apiVersion: v1
kind: Service
metadata: {name: s${i}}
spec: {${external}${policy}${type}selector: {${selector}}, ports: [{port: 80}]}
status: {loadBalancer: {ingress: [{ip: 198.51.100.${i + 1}}]}}
`;
}

function cluster(seed: number): Simulation {
  const rng = createRng(seed);
  const nodes = 1 + rng.below(3);
  const config = pick(rng, [{}, {}, { clusterCIDR: '10.244.0.0/30' }, { 'iptables.masqueradeAll': true }]);
  const mode = pick(rng, ['iptables', 'iptables', 'nftables', 'ipvs'] as const);
  const spec = defaultCluster(nodes);
  const own = mode === 'iptables' ? config : {};
  const simulation = createSimulation({ ...spec, kubeProxy: { mode, config: { ...spec.kubeProxy.config, ...own } } });
  const pods = Array.from({ length: 4 + rng.below(6) }, (_, i) => pod(rng, i, nodes));
  simulation.applyText([...pods, service(rng, 0), service(rng, 1)].join('---'), 'random.yaml');
  if (nodes > 1 && rng.below(10) < 3) loseOnLink(simulation, ['node1', 'node2'], 100);
  if (nodes > 1 && rng.below(10) < 2) failNode(simulation, 'node2');
  return simulation;
}

const SENTENCES = [
  'every pod can reach each other on port 80',
  'every pod cannot reach each other on port 80',
  'no pod labelled app=web can reach every pod labelled app=db',
  'every pod labelled app=web can reach Service s0',
  'every pod can sometimes reach Service s0',
  'every pod can reach Service s1 via LoadBalancer',
  'every pod can sometimes reach every pod labelled app=db on port 80 and stays on node1',
  'every other pod can reach pod p0 on port 80 and is not SNATed',
  'every pod cannot reach pod p1 on port 81 and is refused',
  'node1 can reach every pod on port 80, takes 2 hops',
  'every pod can sometimes reach Service s0 and is DNATed to pod p2',
  'every pod can sometimes reach Service s1 and is SNATed',
  'every pod can sometimes reach address 10.244.0.3 on port 80',
];
const AFTER = [
  'it is not SNATed',
  'it stays on node1',
  'it is DNATed to pod p1',
  'the server sees 10.244.0.2',
  "the server sees the client's own address",
];

interface Said {
  readonly words: readonly string[];
  /** Connections that were walked for the sentence itself. */
  readonly walked: number;
}

/** What is said of a sentence, and of each step after it. */
function said({ world, asked }: ReturnType<typeof counting>, sentence: string): Said {
  const spoken = (judge: () => unknown): string => {
    try {
      judge();
      return 'holds';
    } catch (error) {
      if (error instanceof Error) return `${error.name} ${error.message}`;
      throw error;
    }
  };
  const before = asked();
  let judgement: Judgement | undefined;
  const word = spoken(() => (judgement = judgeTraffic(parseTrafficClaim(sentence), world)));
  const walked = asked() - before;
  const last = judgement;
  const after = last === undefined ? [] : AFTER.map((step) => spoken(() => judgeQualifiers(parseQualifier(step), last, world)));
  return { words: [word, ...after], walked };
}

/** The same world, to which no pod is like another; `asked` counts the connections. */
function counting(world: ClusterWorld, cuts: boolean): { world: ClaimWorld; asked: () => number } {
  let asked = 0;
  const counted: ClaimWorld = {
    ...(cuts ? { likeness: (apart) => world.likeness(apart) } : {}),
    moment: () => world.moment(),
    namespace: world.namespace,
    subjects: (phrase) => world.subjects(phrase),
    targets: (phrase, route, subject) => world.targets(phrase, route, subject),
    trace: (subject, target) => {
      asked++;
      return world.trace(subject, target);
    },
    addresses: (phrase) => world.addresses(phrase),
    owner: (address) => world.owner(address),
    why: (place, rule) => world.why(place, rule),
    nodes: () => world.nodes(),
    replay: (subject, target) => world.replay(subject, target),
  };
  return { world: counted, asked: () => asked };
}

const SEEDS = Number(process.env['HOPSPEC_TWINS'] ?? 8);

test(`${SEEDS} random clusters: every sentence ends in the same words, whether ranges are cut or not`, () => {
  let [walked, whole] = [0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const fresh = (): ClusterWorld => new ClusterWorld(cluster(seed), (from, to) => `${from} ${to}`);
    const [cut, all] = [counting(fresh(), true), counting(fresh(), false)];
    for (const sentence of SENTENCES) {
      const [mine, theirs] = [said(cut, sentence), said(all, sentence)];
      assert.deepEqual(mine.words, theirs.words, `seed ${seed}: ${sentence}`);
      walked += mine.walked;
      whole += theirs.walked;
    }
  }
  assert.ok(walked < 0.9 * whole, `${walked} of ${whole} connections were walked: nothing was cut`);
});

const DEPLOYMENT = (replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: x, ports: [{containerPort: 80}]}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

test('150 pods of three nodes that call each other are a dozen connections', () => {
  const simulation = createSimulation(defaultCluster(3));
  simulation.applyText(DEPLOYMENT(150), 'web.yaml');
  const counted = counting(new ClusterWorld(simulation, () => ''), true);
  judgeTraffic(parseTrafficClaim('every pod of Deployment web can reach each other and is not SNATed'), counted.world);
  assert.equal(counted.asked(), 9);
});

test('one pod that is otherwise is found among 150', () => {
  const simulation = createSimulation(defaultCluster(3));
  simulation.applyText(DEPLOYMENT(150), 'web.yaml');
  const [, second] = simulation
    .view()
    .list('Pod')
    .filter(({ metadata }) => metadata.labels?.['app'] === 'web');
  simulation.label({ kind: 'Pod', namespace: 'default', name: second?.metadata.name ?? '' }, { canary: 'yes' });
  const world = counting(new ClusterWorld(simulation, () => ''), true).world;
  assert.throws(
    () => judgeTraffic(parseTrafficClaim(`every pod of Deployment web cannot reach pod ${second?.metadata.name}`), world),
    ClaimMismatch,
  );
});

/** What names the address of one of them alone, and a sentence that holds for it no more than for the others. */
const NAMED: readonly (readonly [name: string, object: (first: string, last: string) => string, sentence: string])[] = [
  [
    'the source ranges of a Service',
    (first) => `
apiVersion: v1
kind: Service
metadata: {name: narrow}
spec: {type: LoadBalancer, loadBalancerSourceRanges: [${first}/32], selector: {app: web}, ports: [{port: 80}]}
status: {loadBalancer: {ingress: [{ip: 198.51.100.1}]}}
`,
    'every pod of Deployment web can reach Service narrow via LoadBalancer',
  ],
  [
    'a slice that is written by hand',
    (_, last) => `
apiVersion: v1
kind: Service
metadata: {name: hand}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: hand, labels: {kubernetes.io/service-name: hand}}
addressType: IPv4
ports: [{name: "", port: 80}]
endpoints: [{addresses: [${last}]}]
`,
    'every pod of Deployment web can reach Service hand and is not SNATed',
  ],
];

for (const [name, object, sentence] of NAMED) {
  test(`pods of one Deployment are told apart by ${name}`, () => {
    const simulation = createSimulation(defaultCluster(1));
    simulation.applyText(DEPLOYMENT(3), 'web.yaml');
    const pods = simulation.view().list('Pod');
    const ips = pods.filter(({ metadata }) => metadata.labels?.['app'] === 'web').map(({ status }) => status?.podIP ?? '');
    simulation.applyText(object(ips[0] ?? '', ips.at(-1) ?? ''), 'named.yaml');
    const { world, asked } = counting(new ClusterWorld(simulation, () => ''), true);
    assert.throws(() => judgeTraffic(parseTrafficClaim(sentence), world), ClaimMismatch);
    assert.ok(asked() < ips.length);
  });
}
