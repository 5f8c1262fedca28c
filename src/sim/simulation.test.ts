import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsupportedError } from '../base/errors.js';
import { NETNS } from '../node/agent.js';
import { defaultCluster } from '../manifest/cluster/defaults.js';
import { carry } from './relay/carry.js';
import { createSimulation, type Simulation } from './simulation.js';

const POD = (name: string, node: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}}\nspec: {nodeName: ${node}, ${more} containers: [{name: c, image: c, ports: [{containerPort: 80}]}]}\n---\n`;
const SERVICE = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {${more} selector: {app: ${name}}, ports: [{port: 80}]}\n---\n`;

function cluster(manifests: string, nodes = 3): Simulation {
  const simulation = createSimulation(defaultCluster(nodes));
  simulation.applyText(manifests, 'test.yaml');
  simulation.settle();
  return simulation;
}

test("no node's rules are rendered before a packet reaches it", () => {
  const simulation = cluster(POD('a', 'node1') + POD('b', 'node1') + POD('c', 'node2'), 50);
  assert.equal(simulation.counters()['namespacesRendered'], 0);
  simulation.trace({ from: 'pod/a', to: 'pod/b' });
  assert.equal(simulation.counters()['namespacesRendered'], 3);
  simulation.trace({ from: 'pod/a', to: 'pod/c' });
  assert.equal(simulation.counters()['namespacesRendered'], 6, 'the second node, its pod, and what lies between the nodes');
});

test('a trace follows the objects: a Service without endpoints refuses, with one it answers, and a deleted pod is gone', () => {
  const simulation = cluster(POD('a', 'node1') + SERVICE('web'));
  const verdict = (): string | undefined => simulation.trace({ from: 'pod/a', to: 'svc/web' }).outcomes[0]?.verdict;
  assert.equal(verdict(), 'refused');
  simulation.applyText(POD('web', 'node2'), 'test.yaml');
  assert.equal(verdict(), 'delivered');
  simulation.delete([{ kind: 'Pod', namespace: 'default', name: 'web' }]);
  simulation.advance(31_000_000);
  assert.equal(verdict(), 'refused');
});

test('one trace leaves nothing behind for the next', () => {
  const simulation = cluster(POD('a', 'node1') + POD('web', 'node2') + SERVICE('web'));
  const first = JSON.stringify(simulation.trace({ from: 'pod/a', to: 'svc/web' }));
  simulation.trace({ from: 'node/node2', to: 'pod/a' });
  assert.equal(JSON.stringify(simulation.trace({ from: 'pod/a', to: 'svc/web' })), first);
});

test('a connection that is refused at once is walked once, as its first packets tell all', () => {
  const simulation = cluster(POD('a', 'node1') + POD('web', 'node2'));
  const packets = (work: () => unknown): number => {
    const before = simulation.counters()['packets'] as number;
    work();
    return (simulation.counters()['packets'] as number) - before;
  };
  const query = (port: number): { readonly from: string; readonly to: string } => ({ from: 'pod/a', to: `pod/web:${port}` });
  for (const port of [80, 81]) {
    const { source, destination } = simulation.resolve(query(port));
    simulation.trace(query(port));
    const once = packets(() => simulation.walk(source, destination, true));
    assert.ok(once > 0);
    assert.equal(
      packets(() => simulation.trace(query(port))),
      once,
    );
  }
  const [refused] = simulation.record(query(81)).runs;
  const [opened] = carry(simulation, simulation.resolve(query(81)), 'opening');
  assert.deepEqual(opened?.record, refused?.record);
});

test('what no Service says stays the very same while endpoints come and go: pods, links and routes of nodes, the ways between them', () => {
  const simulation = cluster(POD('a', 'node1') + POD('web', 'node2') + SERVICE('web'));
  const seen = (): readonly unknown[] => {
    const plan = simulation.clusterPlan();
    const [pod, node, fabric] = [NETNS.pod('default', 'a'), 'node1', NETNS.fabric].map((name) => plan.netns(name));
    return [pod, node?.links, node?.routes, node?.sysctl, fabric, node?.iptables];
  };
  const before = seen();
  const isSame = (): readonly boolean[] => seen().map((part, i) => part === before[i]);
  const slice = simulation.list('EndpointSlice').find(({ metadata }) => metadata.name.startsWith('web'));
  simulation.store.delete({ kind: 'EndpointSlice', namespace: 'default', name: slice?.metadata.name ?? '' });
  assert.deepEqual(isSame(), [true, true, true, true, true, false]);
  simulation.label({ kind: 'Pod', namespace: 'default', name: 'web' }, { app: 'other' });
  assert.deepEqual(isSame(), [false, false, false, false, false, false]);
});

test('an address nobody declared is a host of the outside world', () => {
  const simulation = cluster(POD('a', 'node1'));
  const [outcome] = simulation.trace({ from: 'pod/a', to: 'external/198.51.100.7:443' }).outcomes;
  assert.equal(outcome?.server, 'external/198.51.100.7');
  assert.match(outcome?.serverSees?.src ?? '', /^192\.168\.1\.10:/);
});

test('while time is moved by hand nothing settles by itself', () => {
  const simulation = createSimulation(defaultCluster(1));
  simulation.settles = false;
  simulation.applyText(POD('a', 'node1'), 'test.yaml');
  assert.throws(
    () => simulation.trace({ from: 'pod/a', to: 'node/node1', protocol: 'icmp' }),
    /pod default\/a has no address: it is Pending/,
  );
  simulation.settle();
  assert.equal(simulation.trace({ from: 'pod/a', to: 'node/node1', protocol: 'icmp' }).outcomes[0]?.verdict, 'delivered');
});

test('the matrix has every ordered pair of pods, itself included', () => {
  const simulation = cluster(POD('a', 'node1') + POD('b', 'node2'));
  const rows = simulation.matrix({}).map(({ from, to, verdict }) => `${from} ${to} ${verdict}`);
  assert.deepEqual(rows, [
    'pod/default/a pod/default/a delivered',
    'pod/default/a pod/default/b delivered',
    'pod/default/b pod/default/a delivered',
    'pod/default/b pod/default/b delivered',
  ]);
  assert.deepEqual(
    simulation.matrix({ from: 'app=a', to: 'app=b', port: 81 }).map(({ verdict }) => verdict),
    ['refused'],
  );
});

for (const [what, manifests] of [
  ['the sender', POD('a', 'node1', 'runtimeClassName: kata,') + POD('web', 'node2') + SERVICE('web')],
  ['the server', POD('a', 'node1') + POD('web', 'node2', 'runtimeClassName: kata,') + SERVICE('web')],
] as const) {
  test(`traffic of an object with an unmodelled field is "cannot say": ${what}`, () => {
    assert.throws(() => cluster(manifests).trace({ from: 'pod/a', to: 'svc/web' }), UnsupportedError);
  });
}

test('a field that only concerns names does not hinder traffic', () => {
  const simulation = cluster(POD('a', 'node1', 'dnsPolicy: Default,') + POD('b', 'node2'));
  assert.equal(simulation.trace({ from: 'pod/a', to: 'pod/b' }).outcomes[0]?.verdict, 'delivered');
});

for (const [query, message] of [
  [{ from: 'pod/a', to: 'pod/nope' }, /there is no pod "nope"/],
  [{ from: 'svc/web', to: 'pod/a' }, /cannot send/],
  [{ from: 'pod/a', to: 'svc/headless' }, /has no ClusterIP/],
  [{ from: 'pod/a', to: 'dns/nope' }, /finds no address of "nope" \(NXDOMAIN\)/],
  [{ from: 'pod/a', to: 'lb/web' }, /is of type ClusterIP, which no load balancer serves/],
  [{ from: 'pod/a', to: 'node/node1' }, /no port is given/],
  [{ from: 'pod/a', to: 'pod/a', protocol: 'tpc' }, /"tpc" is not a protocol/],
  [{ from: 'external/nobody', to: 'pod/a' }, /there is no external client "nobody"/],
  [{ from: 'pod/a', to: 'svc/web', at: 'node1' }, /has no NodePort/],
] as const) {
  test(`${query.from} to ${query.to} is refused with a word on why`, () => {
    const simulation = cluster(POD('a', 'node1') + SERVICE('web') + SERVICE('headless', 'clusterIP: None,'));
    assert.throws(() => simulation.trace(query), message);
  });
}

test('without kube-proxy a ClusterIP is an address like any other, and nobody has it', () => {
  const spec = defaultCluster(2);
  const simulation = createSimulation({ ...spec, kubeProxy: { mode: 'none', config: {} } });
  simulation.applyText(POD('a', 'node1') + POD('web', 'node2') + SERVICE('web'), 'test.yaml');
  assert.equal(simulation.trace({ from: 'pod/a', to: 'pod/web' }).outcomes[0]?.verdict, 'delivered');
  assert.equal(simulation.trace({ from: 'pod/a', to: 'svc/web' }).outcomes[0]?.verdict, 'unreachable');
});

test('a walk that is asked for everything records the last packet too, one for a trace the opening', () => {
  const simulation = cluster(POD('a', 'node1') + POD('b', 'node2'));
  const { source, destination } = simulation.resolve({ from: 'pod/a', to: 'pod/b' });
  const lastLeg = (mode: boolean | 'opening'): number =>
    Math.max(...simulation.walk(source, destination, mode).flatMap(({ record }) => record.events.map(({ leg }) => leg)));
  assert.ok(lastLeg(true) > 1);
  assert.equal(lastLeg('opening'), 1);
});

for (const address of ['192.168.1.10', '192.168.1.200']) {
  test(`whose answer to ARP comes first is left to chance: ${address} on every node of mode ipvs`, () => {
    const ask = (mode: string, config = {}): string | undefined => {
      const plain = defaultCluster(3);
      const simulation = createSimulation({ ...plain, kubeProxy: { ...plain.kubeProxy, mode, config } });
      simulation.applyText(POD('web', 'node2') + SERVICE('web', `externalIPs: [${address}],`), 'test.yaml');
      simulation.settle();
      return simulation.trace({ from: 'external/198.51.100.7', to: `ip/${address}:80` }).outcomes[0]?.verdict;
    };
    const ofNode = address === '192.168.1.10';
    assert.equal(ask('iptables'), ofNode ? 'delivered' : 'unreachable');
    assert.throws(() => ask('ipvs'), /both answer for .*; whose answer comes first is left to chance/);
    assert.equal(ask('ipvs', { ipvs: { strictARP: true } }), ofNode ? 'timeout' : 'unreachable');
  });
}
