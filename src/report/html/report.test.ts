/** The HTML report as data: packed and read back, the same bytes each time, the capture file that the page makes, and the picture. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeProject, type Project } from '../../cli/testing/project.js';
import { pcapngSection, sectionTitle } from '../../trace/pcapng.js';
import type { RecordedOutcome, RecordedTrace } from '../../trace/recorded-trace.js';
import { pictureOf } from './picture.js';
import { Packer, unpack } from './pack.js';
import { readReport } from './read-report.js';
import type { ReportScenario } from './report.js';

test('packed JSON comes back as it was', () => {
  const value = { a: [1, -1, 0.5, 'x', '1', '', null, true], b: { a: ['x'], b: [] }, c: [[], {}] };
  const packer = new Packer();
  const packed = JSON.parse(JSON.stringify(packer.pack(value))) as unknown;
  assert.deepEqual(unpack(packed, packer), value);
});

const noTcpdump = spawnSync('tcpdump', ['--version']).status === 0 ? false : 'needs tcpdump';

const CLUSTER = `kubernetesVersion: "1.34"
nodes: [{name: node1, addresses: [192.168.1.10]}, {name: node2, addresses: [192.168.1.20]}]
cni: {name: flannel, config: {Network: 10.244.0.0/16, Backend: {Type: vxlan}}}
externals: [{name: laptop, address: 203.0.113.9}]
`;
const MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: node2, containers: [{name: web, image: web, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
`;
const FEATURE = `Feature: f
  Background:
    Given the cluster in "cluster.yaml"
    And the manifests in "web.yaml"

  Scenario: through the other node </script>
    Then client laptop can reach Service web via NodePort 30080 on node1 and is SNATed
    And it is not SNATed

  Scenario: dropped
    When I capture on node1 any
    Then client laptop cannot reach Service web on port 81

  @a
  Scenario: nothing
`;

describe('an HTML report', { timeout: 120_000 }, () => {
  let project: Project;
  let text = '';
  let scenarios: readonly ReportScenario[] = [];
  before(async () => {
    project = makeProject({
      'cluster.yaml': `apiVersion: hopspec.dev/v1\nkind: Cluster\nmetadata: {name: a}\nspec:\n${CLUSTER.replace(/^/gm, '  ')}`,
      'web.yaml': MANIFEST,
      'features/f.feature': FEATURE,
    });
    await project.hopspec(['run', '-f', 'html:a.html']);
    text = readFileSync(join(project.folder, 'a.html'), 'utf8');
    scenarios = [...readReport(text, 'a.html').scenarios()];
  });
  after(() => project.remove());
  const flow = (scenario: number, step: number): RecordedTrace =>
    scenarios[scenario]?.steps[step]?.traces?.traces[0] ?? assert.fail('no trace');
  const outcome = (scenario: number, step: number): RecordedOutcome => flow(scenario, step).outcomes[0] ?? assert.fail('no outcome');

  test('has every scenario with its steps, their outcomes and messages', () => {
    assert.deepEqual(
      scenarios.map(({ name, outcome: came, tags, steps }) => [name, came, tags, steps.length]),
      [
        ['through the other node </script>', 'failed', [], 4],
        ['dropped', 'passed', [], 4],
        ['nothing', 'wrong', ['@a'], 0],
      ],
    );
    assert.match(scenarios[0]?.steps[3]?.message ?? '', /^features\/f\.feature:8:5\nit is not SNATed\n/);
    assert.match(scenarios[2]?.text ?? '', /has no step/);
  });

  test('it is the same where another report keeps what steps hand over', async () => {
    await project.hopspec(['run', '-f', 'html:b.html', '-f', 'message:b.ndjson']);
    assert.ok(readFileSync(join(project.folder, 'b.html'), 'utf8') === text);
    const attached = readFileSync(join(project.folder, 'b.ndjson'), 'utf8').match(/"mediaType":"application\/vnd\.hopspec\.traces[^"]*"/g);
    assert.deepEqual([...new Set(attached)], ['"mediaType":"application/vnd.hopspec.traces+json"']);
    await project.hopspec(['run', '-f', 'html:c.html', '-f', 'html:d.html']);
    for (const name of ['c.html', 'd.html']) assert.ok(readFileSync(join(project.folder, name), 'utf8') === text);
  });

  test('a sentence about the last claim says which outcome shows that it does not hold', () => {
    assert.deepEqual(scenarios[0]?.steps[3]?.traces, {
      traces: [],
      left: 0,
      shown: { from: 'external/laptop', to: 'nodeport/node1:30080', protocol: 'TCP', outcome: 0 },
    });
  });

  test('a hook holds what it made of the packet, and the chains it went through', () => {
    const { request, chains } = outcome(0, 2);
    const hook = request.find(({ stage, node }) => stage === 'prerouting' && node === 'node1') ?? assert.fail('no hook');
    assert.match(hook.packet, /> 192\.168\.1\.10\.30080:/);
    assert.match(hook.after ?? '', /> 10\.244\.1\.2\.80:/);
    assert.equal(hook.state, 'NEW');
    assert.equal(hook.mark, 0x4000);
    for (const { table, chain, index, text: rule } of hook.rules) {
      const kept = chains.find((one) => one.netns === 'node1' && one.table === table && one.chain === chain);
      assert.equal(kept?.rules[index - kept.first], rule);
    }
  });

  test('its frames make the file that `trace --pcap` writes', async () => {
    const { frames, probability } = outcome(0, 2);
    const captured = (frames ?? []).map((frame) => ({ ...frame, bytes: Buffer.from(frame.bytes, 'hex') }));
    const own = pcapngSection(captured, sectionTitle(0, flow(0, 2).total, probability));
    const args = ['trace', '-c', 'cluster.yaml', '-f', 'web.yaml', '--from', 'external/laptop', '--to', 'nodeport/node1:30080'];
    await project.hopspec([...args, '--pcap', 'a.pcapng']);
    assert.deepEqual(Buffer.from(own), readFileSync(join(project.folder, 'a.pcapng')));
  });

  test("and tcpdump reads in that file what the trace says in tcpdump's words", { skip: noTcpdump }, async () => {
    const args = ['trace', '-c', 'cluster.yaml', '-f', 'web.yaml', '--from', 'external/laptop', '--to', 'nodeport/node1:30080'];
    await project.hopspec([...args, '--pcap', 'b.pcapng']);
    const dump = spawnSync('tcpdump', ['-n', '-t', '-r', join(project.folder, 'b.pcapng')], { encoding: 'utf8' }).stdout;
    // Options but the MSS, which our text leaves out.
    const read = dump.replaceAll(/(options \[mss \d+),[^\]]*\]/g, '$1]').split('\n');
    const { request, reply } = outcome(0, 2);
    const said = [...request, ...reply].filter(({ stage }) => stage === 'tx' || stage === 'rx').flatMap(({ packet }) => packet.split('\n'));
    assert.ok(said.length > 10);
    assert.deepEqual(
      [...new Set(said)].filter((line) => !read.includes(line)),
      [],
    );
  });

  test('has the same bytes each time', async () => {
    await project.hopspec(['run', '-f', 'html:b.html']);
    assert.ok(readFileSync(join(project.folder, 'b.html'), 'utf8') === text);
  });

  test('asks the network for nothing, and says nothing of the machine', () => {
    assert.match(text, /default-src 'none'/);
    assert.doesNotMatch(text, /(?:src|href)="https?:/);
    assert.ok(!text.includes(project.folder));
  });

  test('a part of one is refused', () => {
    writeFileSync(join(project.folder, 'part.html'), text.slice(0, -100));
    assert.throws(() => readReport(text.slice(0, -100), 'part.html'), /part\.html is no whole HTML report/);
  });

  test('the picture has nodes and namespaces in the order of the way, one track for the request and one for the reply', () => {
    const { nodes, tracks } = pictureOf(outcome(0, 2));
    assert.deepEqual(
      nodes.map(({ name, spaces }) => [name, ...spaces.map(({ netns }) => netns)]),
      [
        ['laptop', 'external.laptop'],
        ['fabric', 'fabric.net'],
        ['node1', 'node1'],
        ['fabric', 'fabric.net'],
        ['node2', 'node2', 'pod.default.web'],
      ],
    );
    assert.deepEqual(tracks, [
      { leg: 'request', down: true },
      { leg: 'reply', down: false },
    ]);
    const stations = nodes.flatMap(({ spaces }) => spaces).flatMap(({ cells }) => cells.flat());
    assert.ok(stations.some(({ kind, label }) => kind === 'nat' && label === 'DNAT to 10.244.1.2:80'));
    assert.ok(stations.some(({ kind, inside }) => kind === 'device' && inside[0] === 'VXLAN'));
  });

  test('every hop has a station', () => {
    for (const one of [outcome(0, 2), outcome(1, 3)]) {
      const stations = pictureOf(one).nodes.flatMap(({ spaces }) => spaces.flatMap(({ cells }) => cells.flat()));
      for (const leg of ['request', 'reply'] as const) {
        const own = stations.filter((station) => station.leg === leg);
        for (const [i] of one[leg].entries()) assert.equal(own.filter(({ from, to }) => from <= i && i <= to).length, 1, `${leg} ${i}`);
      }
    }
  });
});
