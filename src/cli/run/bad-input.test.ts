/** What a user reads when a spec is wrong: every kind of bad input in one project, and the whole report held against a golden text. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { makeProject } from '../testing/project.js';

const GOLDEN = fileURLToPath(new URL('../../../fixtures/command-line/bad-input.txt', import.meta.url));

/** Scenario name → its steps. */
const SPECS: Readonly<Record<string, string>> = {
  'unknown step': 'Then pod A may reach pod B',
  'misspelt qualifier': 'Given pod A on node1\nAnd pod B on node2\nThen pod A can reach pod B and is SNATTed',
  'misspelt qualifier of its own': 'Given pod A on node1\nAnd pod B on node2\nThen pod A can reach pod B\nAnd it is SNATTed',
  'misspelt route': 'Given pod A on node1\nThen pod A can reach Service web via NodPort 30080',
  'unknown pod': 'Given pod A on node1\nThen pod A can reach pod C',
  'unknown subject': 'Given pod A on node1\nThen pod AA can reach pod A',
  'unknown Service': 'Given pod A on node1\nThen pod A can reach Service wep',
  'unknown node': 'Given pod A on node7\nThen pod A runs on node7',
  'unknown protocol': 'Given pod A on node1 listening on TPC 80\nThen pod A is ready',
  'YAML syntax error': manifest('kind: Pod\n  apiVersion: v1'),
  'YAML that never closes': manifest('kind: Pod\nmetadata: {name: a'),
  'tab as indentation': manifest('kind: Pod\nmetadata:\n\tname: a'),
  'unknown field': manifest('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containerz: []\n  containers: [{name: a, image: b}]'),
  'duplicate key': manifest('apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: {name: a}'),
  'wrong type': manifest('apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports: [{port: eighty}]'),
  'port out of range': manifest('apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: 99999'),
  'unknown kind': manifest('apiVersion: v1\nkind: Pood\nmetadata: {name: a}'),
  'kind that is not modelled': manifest('apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {}'),
  'several errors at once': manifest('apiVersion: v1\nkind: Service\nmetadata: {name: A}\nspec:\n  type: NodPort\n  ports:\n  - port: 0'),
  'refused and nobody expected it':
    'When the manifest is applied:\n"""\napiVersion: v1\nkind: Service\nmetadata: {name: A}\nspec: {ports: [{port: 80}]}\n"""\nThen Service A has no endpoints',
  'missing file': 'Given the manifests in "manifests/none.yaml"\nThen pod A is ready',
  'missing cluster file': 'Given the cluster in "clusters/none.yaml"\nThen pod A is ready',
  'path outside the project': 'Given the manifests in "../secret.yaml"\nThen pod A is ready',
  'cluster file with an unknown field': cluster('spec:\n  kubProxy: {mode: iptables}'),
  'cluster file with a bad address': cluster('spec:\n  nodes:\n  - name: node1\n    addresses: [192.168.1.300]'),
  'unknown CNI': 'Given the CNI is flanel\nAnd pod A on node1\nThen pod A is ready',
  'unknown backend': 'Given the CNI is flannel with backend "vxlam"\nAnd pod A on node1\nThen pod A is ready',
  'unknown mode of kube-proxy': 'Given kube-proxy runs in iptable mode\nAnd pod A on node1\nThen pod A is ready',
  'qualifier without a claim': 'Given pod A on node1\nThen it is SNATed',
  'path without its header': 'Given pod A on node1\nAnd pod B on node1\nThen pod A can reach pod B\nAnd the path is:\n| pod A | eth0 |',
  'nothing asserted': 'Given pod A on node1',
  'alias bomb': manifest(bomb()),
  'expects the refusal of what is accepted':
    'When the manifest is applied:\n"""\napiVersion: v1\nkind: Namespace\nmetadata: {name: dev}\n"""\nThen applying the manifest is refused with "no"',
  'what is not modelled yet': 'Given pod A on node1\nThen Job a is complete',
};

function manifest(text: string): string {
  return `Given the manifest:\n"""\n${text}\n"""\nThen pod a is ready`;
}

function cluster(text: string): string {
  return `Given a cluster:\n"""\napiVersion: hopspec.dev/v1\nkind: Cluster\n${text}\n"""\nThen pod a is ready`;
}

function bomb(): string {
  const levels = Array.from({ length: 12 }, (_, i) => `x${i + 1}: &x${i + 1} [${Array.from({ length: 10 }, () => `*x${i}`).join(', ')}]`);
  return ['x0: &x0 [lol]', ...levels].join('\n');
}

function feature(name: string, steps: string): string {
  return `Feature: ${name}\n  Scenario: ${name}\n${steps.replace(/^(?=.)/gm, '    ')}\n`;
}

test('every kind of bad input has a message with its place and a way to mend it', async () => {
  const names = Object.entries(SPECS).map(([name, steps], i) => [`features/${String(i).padStart(2, '0')}.feature`, feature(name, steps)]);
  const project = makeProject(Object.fromEntries(names) as Record<string, string>);
  try {
    const { code, stdout, stderr } = await project.hopspec(['run']);
    const text = `${stdout}${stderr}`.replaceAll(project.folder, 'PROJECT');
    assert.equal(code, 2);
    assert.match(text, new RegExp(`^${Object.keys(SPECS).length} scenarios: `, 'm'));
    assert.doesNotMatch(text, /^\s+at .*:\d+:\d+/m, 'no stack trace');
    assert.doesNotMatch(text, /this step broke|PROJECT/, 'no defect, no path of this machine');
    if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, text);
    assert.equal(text, readFileSync(GOLDEN, 'utf8'));
  } finally {
    project.remove();
  }
});

const JUNK: Readonly<Record<string, string>> = {
  'nested flow lists': '['.repeat(1 << 20),
  'nested flow maps': '{a: '.repeat(1 << 18),
  'nested block lists': '- '.repeat(1 << 19),
  'ever deeper lines': Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'a megabyte of quotes': '"\\"'.repeat(1 << 18),
  'a megabyte of anchors': Array.from({ length: 1 << 16 }, (_, i) => `&a${i} a: *a${i}`).join('\n'),
};

for (const [name, text] of Object.entries(JUNK)) {
  test(`1 MiB of ${name} is refused within 256 MiB, in few words`, { timeout: 600_000 }, async () => {
    const project = makeProject({
      'features/a.feature': feature('junk', 'Given the manifests in "junk.yaml"\nThen pod a is ready'),
      'junk.yaml': text,
    });
    try {
      const { code, stdout } = await project.hopspec(['run'], { heapMiB: 256 });
      assert.equal(code, 2, stdout);
      assert.match(stdout, /junk\.yaml/);
      assert.ok(stdout.length < 4000, 'the message is short');
    } finally {
      project.remove();
    }
  });
}
