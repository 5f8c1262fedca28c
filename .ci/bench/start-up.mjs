/** What a user waits for: one scenario from the shell, and the engine's share of a scenario with a world of its own. Of the built package. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpec } from '../../dist/index.js';
import { root } from './engine.mjs';

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

/** Median of several runs of `measure`, which returns a number. */
function median(runs, measure) {
  const values = Array.from({ length: runs }, measure).sort((a, b) => a - b);
  return values[Math.floor(runs / 2)];
}

function ms(action) {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** One scenario from the shell, in an empty project; milliseconds. */
export function startUp() {
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

/** The cluster, its manifest, settling, and the model sentence over all outcomes; milliseconds. */
export function freshScenario() {
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
