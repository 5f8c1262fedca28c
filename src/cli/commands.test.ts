/** The commands besides `run`: the shapes of their data, their exit codes, and where their output goes. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeProject, type Project } from './testing/project.js';

const CLUSTER = 'apiVersion: hopspec.dev/v1\nkind: Cluster\nspec:\n  nodes: [{name: node1}, {name: node2}]\n';
const pod = (name: string, node: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  nodeName: ${node}\n  containers: [{name: c, image: x, ports: [{containerPort: 80}]}]\n`;
const WHERE = ['-c', 'cluster.yaml', '-f', 'pods'];

/** Every path of a value with the type that stands there; lists by their first item. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${path}[]`] : shape(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([key, item]) => shape(item, path === '' ? key : `${path}.${key}`));
}

const json = (text: string): unknown => JSON.parse(text) as unknown;
const lines = (text: string): { op: string; ok: boolean; result?: unknown; error?: Record<string, unknown> }[] =>
  text
    .trim()
    .split('\n')
    .map((line) => json(line) as { op: string; ok: boolean });

describe('commands', { concurrency: 2, timeout: 600_000 }, () => {
  let project: Project;
  before(() => {
    project = makeProject({
      'cluster.yaml': CLUSTER,
      'pods/a.yaml': pod('a', 'node1'),
      'pods/b.yaml': pod('b', 'node2'),
      'bad.yaml': 'a: [',
    });
  });
  after(() => project.remove());

  test('trace --json prints one document of schema hopspec.dev/trace/v1', async () => {
    const { code, stdout, stderr } = await project.hopspec([
      'trace',
      ...WHERE,
      '--from',
      'pod/a',
      '--to',
      'pod/b',
      '--port',
      '80',
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      shape(json(stdout)).filter((line) => !line.includes('[].rules[]')),
      [
        'schema: string',
        'flow.from: string',
        'flow.to: string',
        'flow.protocol: string',
        'flow.address: string',
        'flow.port: number',
        'outcomes[].probability: number',
        'outcomes[].verdict: string',
        'outcomes[].server: string',
        'outcomes[].clientSees.src: string',
        'outcomes[].clientSees.dst: string',
        'outcomes[].serverSees.src: string',
        'outcomes[].serverSees.dst: string',
        'outcomes[].proxyHeader: null',
        'outcomes[].snat: boolean',
        'outcomes[].dnat: boolean',
        'outcomes[].nat[]',
        'outcomes[].encapsulations[].kind: string',
        'outcomes[].encapsulations[].from: string',
        'outcomes[].encapsulations[].to: string',
        'outcomes[].encapsulations[].outer.src: string',
        'outcomes[].encapsulations[].outer.dst: string',
        'outcomes[].encapsulations[].vni: number',
        'outcomes[].cause: null',
        'outcomes[].icmp: null',
        'outcomes[].pathMtu: number',
        ...['request', 'reply'].flatMap((leg) => [
          `outcomes[].${leg}[].t: number`,
          `outcomes[].${leg}[].node: string`,
          `outcomes[].${leg}[].netns: string`,
          `outcomes[].${leg}[].device: string`,
          `outcomes[].${leg}[].stage: string`,
          `outcomes[].${leg}[].packet: string`,
          `outcomes[].${leg}[].change: null`,
          `outcomes[].${leg}[].verdict: string`,
        ]),
      ],
    );
    assert.equal((json(stdout) as { schema: string }).schema, 'hopspec.dev/trace/v1');
  });

  test('trace prints a tree unless asked otherwise, and captures in the words of tcpdump', async () => {
    const args = ['trace', ...WHERE, '--from', 'pod/a', '--to', 'pod/b', '--port', '80'];
    const [tree, capture] = await Promise.all([project.hopspec(args), project.hopspec([...args, '--tcpdump'])]);
    assert.match(tree.stdout, /^pod\/default\/a → pod\/default\/b: TCP /);
    assert.match(capture.stdout, /^# pod\.default\.a\n.*IP 10\.244\.0\.2\.\d+ > 10\.244\.1\.2\.80: Flags \[S\]/);
  });

  test('matrix has a row for every ordered pair of pods, itself included', async () => {
    const { stdout } = await project.hopspec(['matrix', ...WHERE, '--port', '80', '--json']);
    const { schema, rows } = json(stdout) as { schema: string; rows: { from: string; to: string; verdict: string }[] };
    assert.equal(schema, 'hopspec.dev/matrix/v1');
    assert.deepEqual(
      rows.map(({ from, to, verdict }) => `${from} ${to} ${verdict}`),
      [
        'pod/default/a pod/default/a delivered',
        'pod/default/a pod/default/b delivered',
        'pod/default/b pod/default/a delivered',
        'pod/default/b pod/default/b delivered',
      ],
    );
  });

  test('render prints rules that iptables-restore reads', async () => {
    const { stdout } = await project.hopspec(['render', ...WHERE, '--node', 'node1', '--format', 'iptables-save']);
    assert.match(stdout, /^\*filter\n[^]*^COMMIT\n[^]*^\*nat\n[^]*-A POSTROUTING [^]*^COMMIT$/m);
  });

  test('eval goes on after an error, and says so with its exit code', async () => {
    const script = [
      'trace: {from: pod/a, to: pod/b}',
      `cluster: {nodes: [{name: node1}]}`,
      'apply: [{apiVersion: v1, kind: Service, metadata: {name: A}, spec: {ports: [{port: 80}]}}]',
      'apply-files: [pods/a.yaml]',
      'settle',
      'advance: 40s',
      'get: {kind: Pod, namespace: default, name: a}',
      'list: {kind: Pod}',
      'matrix: {port: 80}',
      'render: {node: node1, format: ip}',
      'label: {object: Pod/default/a, labels: {tier: back}}',
      'delete: [Pod/default/a]',
      'events:',
      'http: {from: pod/a}',
      'aply: []',
      'plan: {probes: [{id: p, netns: node1, proto: tcp, dst: 10.96.0.1, dport: 443}]}',
    ].join('\n---\n');
    const { code, stdout } = await project.hopspec(['eval', '-'], { stdin: script });
    const done = lines(stdout);
    assert.deepEqual(
      done.map(({ op, ok, error }) => `${op} ${ok ? 'ok' : String(error?.['code'])}`),
      [
        'trace no-cluster',
        'cluster ok',
        'apply refused-invalid',
        'apply-files ok',
        'settle ok',
        'advance ok',
        'get ok',
        'list ok',
        'matrix ok',
        'render ok',
        'label ok',
        'delete ok',
        'events ok',
        'http unsupported',
        'aply unknown-operation',
        'plan ok',
      ],
    );
    assert.deepEqual(done[1]?.result, { nodes: ['node1'] });
    assert.deepEqual(done[3]?.result, { applied: ['Pod/default/a'] });
    assert.deepEqual(done[5]?.result, { time: '40s' });
    assert.equal(done[2]?.error?.['reason'], 'Invalid');
    assert.match(String(done[2]?.error?.['message']), /^Service "A" is invalid: metadata\.name: Invalid value: "A": a DNS-1035 label/);
    assert.deepEqual(Object.keys(done[13]?.error ?? {}), ['code', 'message', 'reason', 'position']);
    assert.equal(code, 1);
  });

  test('eval of a script that cannot be read exits 2, of one that goes well 0', async () => {
    const [bad, good] = await Promise.all([
      project.hopspec(['eval', 'bad.yaml']),
      project.hopspec(['eval', '-'], { stdin: '[{"cluster": {}}, {"settle": null}]' }),
    ]);
    assert.deepEqual([bad.code, bad.stdout, good.code], [2, '', 0]);
    assert.match(bad.stderr, /^bad\.yaml:1:\d+: /);
  });

  test('a plan that eval prints runs under probe, and reaches the same server', async () => {
    const script =
      'cluster: {nodes: [{name: node1}, {name: node2}]}\n---\napply-files: [pods]\n---\nplan: {probes: [{id: p, netns: pod.default.a, dst: 10.244.1.2, dport: 80}]}\n';
    const planned = await project.hopspec(['eval', '-'], { stdin: script });
    const { code, stdout, stderr } = await project.hopspec(['probe', '-'], { stdin: JSON.stringify(lines(planned.stdout)[2]?.result) });
    assert.equal(code, 0, stderr);
    const { kernel, probes } = json(stdout) as { kernel: string; probes: { id: string; flows: Record<string, unknown>[] }[] };
    assert.equal(kernel, 'simulated');
    const { local, seen_src, ms, ...flow } = probes[0]?.flows[0] ?? {};
    assert.equal(local, seen_src);
    assert.equal(typeof ms, 'number');
    assert.deepEqual(flow, { verdict: 'delivered', server: flow['server'], seen_dst: '10.244.1.2:80', errno: null, icmp: null });
  });

  test('init writes a project once', async () => {
    const first = await project.hopspec(['init', 'new']);
    const again = await project.hopspec(['init', 'new']);
    assert.deepEqual([first.code, first.stdout, again.code], [0, '', 2]);
    assert.match(again.stderr, /new\/clusters\/three-nodes\.yaml is there already; nothing was written/);
    for (const path of ['.github/workflows/hopspec.yaml', '.gitlab-ci.yml', '.vscode/settings.json'])
      assert.ok(existsSync(join(project.folder, 'new', path)), path);
    assert.match(readFileSync(join(project.folder, 'new/features/nginx.feature'), 'utf8'), /^Feature: /);
  });

  test('trace --pcap writes a capture file, whole or not at all', async () => {
    const args = ['trace', ...WHERE, '--from', 'pod/a', '--to', 'pod/b', '--pcap'];
    const written = await project.hopspec([...args, 'a.pcapng']);
    assert.equal(written.code, 0, written.stderr);
    assert.match(written.stdout, /^pod\/default\/a → pod\/default\/b/);
    assert.equal(readFileSync(join(project.folder, 'a.pcapng')).readUInt32LE(8), 0x1a2b3c4d);
    const refused = await project.hopspec([...args, 'none/a.pcapng']);
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /^the capture none\/a\.pcapng cannot be written: ENOENT/);
    assert.equal(existsSync(join(project.folder, 'a.pcapng.unfinished')), false);
  });

  test('steps lists wordings for people and for programs', async () => {
    const [text, data] = await Promise.all([project.hopspec(['steps']), project.hopspec(['steps', '--json'])]);
    assert.match(text.stdout, /^Given: the cluster\n {2}Given a cluster:/);
    const { schema, steps } = json(data.stdout) as { schema: string; steps: { expression: string; modelled: boolean }[] };
    assert.equal(schema, 'hopspec.dev/steps/v1');
    assert.ok(steps.some(({ expression, modelled }) => expression === '{subject} can reach {target}' && modelled));
  });

  test('what is missing or not built yet has an exit code and one clear line', async () => {
    const rows: readonly (readonly [args: string[], code: number, says: RegExp])[] = [
      [['trace', ...WHERE, '--from', 'pod/x', '--to', 'pod/b'], 2, /there is no pod "?x/i],
      [['trace', ...WHERE, '--from', 'pod/a', '--to', 'pod/b', '--port', '99999'], 2, /--port 99999: must be between 1 and 65535/],
      [['trace', '-c', 'none.yaml', '--from', 'pod/a', '--to', 'pod/b'], 2, /there is no file none\.yaml/],
      [['render', ...WHERE, '--node', 'node9'], 2, /node9/],
      [['render', ...WHERE, '--node', 'node1', '--format', 'iptable-save'], 2, /did you mean iptables-save/],
      [['render', ...WHERE, '--node', 'node1', '--format', 'nft'], 4, /nft/],
      [['probe', 'none.json'], 2, /there is no file none\.json/],
      [['fly'], 2, /unknown command 'fly'/],
    ];
    for (const [args, code, says] of rows) {
      const finished = await project.hopspec(args);
      assert.equal(finished.stdout, '', args.join(' '));
      assert.match(finished.stderr, says);
      assert.equal(finished.code, code, `${args.join(' ')}\n${finished.stderr}`);
    }
  });
});
