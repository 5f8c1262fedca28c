/** `run --on lab` and `--on both`: the real kernel judges the sentences about traffic. Skipped by name where there are no namespaces. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { labSkip } from '../../lab/testing/lab-skip.test.js';
import { makeProject, type Project } from '../testing/project.js';

const feature = (...steps: readonly string[]): string =>
  [
    'Feature: f',
    '  Scenario: s',
    '    Given a cluster with 2 nodes',
    '    And pod A on node1',
    '    And pod B on node2',
    ...steps.map((step) => `    ${step}`),
  ].join('\n');

const FILES = {
  'features/true.feature': feature(
    'Then pod A can reach pod B and is encapsulated in VXLAN',
    'And it is not SNATed',
    'And it has an MSS of 1410',
  ),
  'features/false.feature': feature('Then pod A can reach pod B and is SNATed'),
  'features/ping.feature': feature('Then every pod can reach every pod by ping'),
  'features/lost.feature': feature(
    'Given the manifest:',
    '  """',
    '  {apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: none}, ports: [{port: 80}]}}',
    '  """',
    'Then pod A cannot reach Service s and is refused',
  ),
  ...Object.fromEntries(['iptables', 'nftables'].map((mode) => [`features/${mode}.feature`, sticky(mode)])),
};

/** The second sentence does not hold. */
function sticky(mode: string): string {
  return feature(
    'And pod C on node1 with labels app=web',
    'And pod D on node2 with labels app=web',
    `And kube-proxy runs in ${mode} mode`,
    'And the manifest:',
    '  """',
    '  {apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: web}, sessionAffinity: ClientIP, ports: [{port: 80}]}}',
    '  """',
    'Then pod A can reach Service s and is spread over 2 endpoints',
    'And 1000 connections from pod A to Service s are spread within 30% of even',
  );
}

describe('hopspec run --on', { timeout: 600_000, skip: labSkip(true) }, () => {
  let project: Project;
  before(() => {
    project = makeProject(FILES);
  });
  after(() => project.remove());

  for (const on of ['lab', 'both']) {
    test(`${on}: what holds passes`, async () => {
      const { code, stdout, stderr } = await project.hopspec([
        'run',
        '--on',
        on,
        'features/true.feature',
        'features/ping.feature',
        'features/lost.feature',
      ]);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /3 scenarios: 3 passed/);
    });

    test(`${on}: what does not hold fails with the path that was seen`, async () => {
      const { code, stdout } = await project.hopspec(['run', '--on', on, 'features/false.feature']);
      assert.equal(code, 1, stdout);
      assert.match(stdout, /expected: {3}the source address is translated/);
      assert.match(stdout, /flannel\.1 encapsulates in VXLAN/);
    });
  }

  for (const mode of ['iptables', 'nftables']) {
    test(`lab: affinity in mode ${mode} is forgotten from try to try, and holds in a series`, async () => {
      const { code, stdout } = await project.hopspec(['run', '--on', 'lab', `features/${mode}.feature`]);
      assert.equal(code, 1, stdout);
      assert.match(stdout, /are spread within 30% of even\n.*\n +expected: {3}500 of 1000 .*\n +happened: {3}pod [cd] gets 1000 of 1000\n/);
    });
  }
});
