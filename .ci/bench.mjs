/**
 * Measures the built package: how long one scenario takes from the shell, what a fresh cluster costs, how many traces a second, with few and
 * many Services; and counts the work done, which does not vary from run to run. Prints a table and writes out/bench.json.
 *
 *   npm run bench
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSimulation, createSpec, defaultCluster } from '../dist/index.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {type: NodePort, selector: {app: nginx}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {nodeName: node1, containers: [{name: main, image: main, ports: [{containerPort: 80}]}]}
`;
const QUERY = { from: 'pod/a', to: 'nodeport/node1:30080' };
const SERVICES = [10, 1000, 10_000];

const results = { machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown' }, times: {}, work: {} };

/** Median of several runs of `measure`, which returns a number. */
function median(runs, measure) {
  const values = Array.from({ length: runs }, measure).sort((a, b) => a - b);
  return values[Math.floor(runs / 2)];
}

function cluster(services) {
  const simulation = createSimulation(defaultCluster(3));
  simulation.applyText(MANIFEST, 'bench');
  if (services > 1) simulation.applyObjects(Array.from({ length: services - 1 }, (_, i) => i).flatMap(serviceObjects), 'bench');
  simulation.settle();
  return simulation;
}

function serviceObjects(i) {
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: `s${i}` }, spec: { ports: [{ port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `s${i}-slice`, labels: { 'kubernetes.io/service-name': `s${i}` } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [`10.245.${i >> 8}.${i & 255}`] }],
      ports: [{ port: 80, protocol: 'TCP' }],
    },
  ];
}

function ms(action) {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** One scenario from the shell, in an empty project. */
function startUp() {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-bench-'));
  try {
    mkdirSync(join(folder, 'features'));
    writeFileSync(
      join(folder, 'features', 'one.feature'),
      'Feature: one\n  Scenario: one\n    Given a cluster with 3 nodes\n    And pod A on node1\n    And pod B on node2\n    Then pod A can reach pod B\n',
    );
    const run = () => {
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'run'], { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(`the scenario did not pass: ${stderr}`);
    };
    run();
    return median(7, () => ms(run));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Engine time of a scenario with a world of its own: the cluster, its manifest, settling, and the model sentence over all outcomes. */
function freshScenario() {
  const once = () => {
    const spec = createSpec({ root });
    spec.clusterWithNodes(3);
    spec.givenManifest(MANIFEST);
    spec.claim('pod A on node1 can reach Service nginx via NodePort 30080 and is SNATed');
    spec.finish();
  };
  for (let i = 0; i < 1000; i++) once();
  return median(500, () => ms(once));
}

/** In a process of its own, as the engine's optimiser remembers what ran before. Given as `traces N` to this very file. */
function inOwnProcess(services) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'traces', String(services)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function measureTraces(services) {
  const simulation = cluster(services);
  return {
    [`first trace with ${services} Services, ms`]: ms(() => simulation.trace(QUERY)),
    [`traces per second with ${services} Services, with hops`]: tracesPerSecond(simulation, true),
    [`traces per second with ${services} Services, without hops`]: tracesPerSecond(simulation, false),
  };
}

if (process.argv[2] === 'traces') {
  console.log(JSON.stringify(measureTraces(Number(process.argv[3]))));
  process.exit(0);
}

/** Outcomes walked per second, each one flow from SYN to data; `record` also lists every hop. */
function tracesPerSecond(simulation, record) {
  const walker = simulation.walker(QUERY);
  const batch = () => {
    let flows = 0;
    for (let i = 0; i < 1000; i++) flows += walker(record).length;
    return flows;
  };
  for (let i = 0; i < 5; i++) batch();
  return median(9, () => {
    let flows = 0;
    const time = ms(() => (flows = batch()));
    return (flows / time) * 1000;
  });
}

results.times['start-up of one scenario, ms'] = startUp();
results.times['engine time of one scenario in a fresh world, ms'] = freshScenario();
for (const services of SERVICES) Object.assign(results.times, inOwnProcess(services));
for (const services of SERVICES) {
  const simulation = cluster(services);
  const before = simulation.counters();
  simulation.trace(QUERY);
  const first = simulation.counters();
  simulation.trace(QUERY);
  const second = simulation.counters();
  const difference = (a, b) => Object.fromEntries(Object.keys(b).map((key) => [key, b[key] - (a[key] ?? 0)]));
  results.work[`${services} Services`] = {
    settled: before,
    'first trace': difference(before, first),
    'second trace': difference(first, second),
  };
}

mkdirSync(join(root, 'out'), { recursive: true });
writeFileSync(join(root, 'out', 'bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
for (const [name, value] of Object.entries(results.times))
  console.log(`${name.padEnd(58)} ${value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(2)}`);
for (const [services, phases] of Object.entries(results.work)) {
  for (const [phase, counters] of Object.entries(phases)) {
    console.log(
      `${`${services}, ${phase}`.padEnd(30)} ${Object.entries(counters)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}`,
    );
  }
}
console.log('written to out/bench.json');
