import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatIp } from '../base/ip.js';
import { createSimulation, readClusterSpec, type Simulation } from '../index.js';
import { runPlan } from '../kernel/run-plan.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import { readPlan, writePlan } from '../plan/plan-json.js';
import type { FlowRecord, SocketAddress } from '../trace/flow-record.js';

const LOADER = fileURLToPath(new URL('load-plan.py', import.meta.url));
const PLANS = new URL('../../fixtures/plan/', import.meta.url);

const TOOLS = ['python3', 'ip', 'bridge', 'iptables-restore'];
const missing = TOOLS.filter((tool) => !runs('which', [tool]));
const skip =
  process.getuid?.() !== 0
    ? 'needs root'
    : missing.length > 0
      ? `needs ${missing.join(', ')}`
      : !runs('unshare', ['-n', 'iptables', '-t', 'nat', '-S'])
        ? 'needs a kernel with iptables in namespaces'
        : !runs('unshare', ['-n', 'test', '-e', '/proc/sys/net/bridge/bridge-nf-call-iptables'])
          ? 'needs the kernel module br_netfilter'
          : false;

/** One flow as both kernels can say it: a port that was picked freely is left out, and so is what only one of them can see. */
type Answer = Readonly<Record<'verdict' | 'server' | 'source' | 'destination' | 'errno' | 'icmp', string | null>>;

interface LabFlow {
  readonly verdict: string;
  readonly server: string | null;
  readonly seen_src: string | null;
  readonly seen_dst: string | null;
  readonly errno: string | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
}

describe('the real kernel says what the simulated one says', { skip }, () => {
  for (const name of readdirSync(PLANS).filter((file) => file.endsWith('.json'))) {
    it(`of every probe of ${name}`, () => {
      const plan = readPlan(readFileSync(new URL(name, PLANS), 'utf8'), name);
      assertEqualAnswers(plan);
    });
  }
  const backends: readonly [string, string][] = [
    ['vxlan', 'l2'],
    ['host-gw', 'l2'],
    ['aws-vpc', 'vpc'],
  ];
  for (const [backend, underlay] of backends) {
    it(`of a cluster with flannel's ${backend}`, () => {
      const simulation = cluster(backend, underlay);
      const plan = simulation.plan(probesOf(simulation));
      assertEqualAnswers(plan);
    });
  }
});

/** The real kernel need not wait long where the simulated one foresees that nobody answers; elsewhere it has time on a busy machine. */
function assertEqualAnswers(plan: Plan): void {
  const expected = onSimulator(plan);
  const probes = plan.probes.map((probe) => ({ ...probe, timeoutMs: expected[probe.id]?.verdict === 'timeout' ? 150 : 5000 }));
  assert.deepEqual(onLinux({ ...plan, probes }), expected);
}

function onSimulator(plan: Plan): Readonly<Record<string, Answer>> {
  return Object.fromEntries(runPlan(plan).map(({ id, flows: [flow] }) => [id, answerOf(flow ?? assert.fail(id))]));
}

/** A server that answered into the void is known to the simulator alone; so is who saw an echo. */
function answerOf(flow: FlowRecord): Answer {
  const { verdict, seenSrc, seenDst, errno, icmp } = flow;
  const server = verdict === 'delivered' ? (flow.server ?? null) : null;
  const seen = (address: SocketAddress | undefined): string | null =>
    address === undefined || server === null ? null : formatIp(address.ip);
  const error = icmp === undefined ? null : `${icmp.type}/${icmp.code} from ${formatIp(icmp.from)}`;
  return { verdict, server, source: seen(seenSrc), destination: seen(seenDst), errno: errno ?? null, icmp: error };
}

function onLinux(plan: Plan): Readonly<Record<string, Answer>> {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-plan-'));
  try {
    const file = join(folder, 'plan.json');
    writeFileSync(file, JSON.stringify(writePlan(plan)));
    const result = JSON.parse(execFileSync('python3', [LOADER, file], { encoding: 'utf8' })) as {
      probes: { id: string; flows: LabFlow[] }[];
    };
    return Object.fromEntries(result.probes.map(({ id, flows: [flow] }) => [id, answerOfLinux(flow ?? assert.fail(id))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function answerOfLinux(flow: LabFlow): Answer {
  const address = (text: string | null): string | null => text?.replace(/:\d+$/, '') ?? null;
  const icmp = flow.icmp === null ? null : `${flow.icmp.type}/${flow.icmp.code} from ${flow.icmp.from}`;
  return {
    verdict: flow.verdict,
    server: flow.server,
    source: address(flow.seen_src),
    destination: address(flow.seen_dst),
    errno: flow.errno,
    icmp,
  };
}

/** Three nodes, a pod on each of two, one endpoint: nothing is left to chance. */
function cluster(backend: string, underlay: string): Simulation {
  const simulation = createSimulation(
    readClusterSpec({
      nodes: [{ name: 'node1' }, { name: 'node2' }, { name: 'node3' }],
      externals: [{ name: 'laptop', address: '203.0.113.9' }],
      underlay: { kind: underlay },
      cni: { name: 'flannel', config: { Network: '10.244.0.0/16', Backend: { Type: backend } } },
    }),
  );
  const pod = (name: string, node: string): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      nodeName: node,
      containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] }],
    },
  });
  const service = (name: string, nodePort: number, spec: object): unknown => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'NodePort',
      clusterIP: `10.96.0.${nodePort - 30000}`,
      selector: { app: 'web' },
      ports: [{ port: 80, nodePort }],
      ...spec,
    },
  });
  const services = [
    service('web', 30020, {}),
    service('local', 30021, { externalTrafficPolicy: 'Local' }),
    service('empty', 30022, { selector: { app: 'no' } }),
  ];
  simulation.applyObjects([pod('a', 'node1'), pod('b', 'node1'), pod('web', 'node2'), ...services], 'test');
  simulation.settle();
  return simulation;
}

function probesOf(simulation: Simulation): readonly ProbePlan[] {
  const address = (kind: string, name: string, field: string): string => {
    const { status } = simulation.get(kind, kind === 'Pod' ? 'default' : undefined, name) as unknown as { status: Record<string, unknown> };
    const value = field === 'podIP' ? status['podIP'] : (status['addresses'] as { address: string }[])[0]?.address;
    return String(value);
  };
  const web = address('Pod', 'web', 'podIP');
  const nodes = ['node1', 'node2', 'node3'].map((name) => address('Node', name, 'address'));
  const senders = ['pod.default.a', 'pod.default.web', 'node1', 'node3', 'external.laptop'];
  const targets: readonly [string, number][] = [
    ...[web, address('Pod', 'b', 'podIP'), '10.96.0.20', '10.96.0.22', '203.0.113.9'].map((ip): [string, number] => [ip, 80]),
    ...nodes.flatMap((ip): [string, number][] => [30020, 30021, 30022].map((port) => [ip, port])),
    [web, 9],
  ];
  const tcp = targets.flatMap(([dst, dport], i) =>
    senders.map(
      (netns, j): ProbePlan => ({
        id: `${netns} to ${dst}:${dport}`,
        netns,
        proto: 'tcp',
        dst,
        dport,
        sport: 20000 + i * 10 + j,
      }),
    ),
  );
  const udp = senders
    .slice(0, 4)
    .map((netns): ProbePlan => ({ id: `${netns} UDP`, netns, proto: 'udp', dst: web, dport: 53, sport: 30000 }));
  const ping = senders.slice(0, 4).map((netns): ProbePlan => ({ id: `${netns} ping`, netns, proto: 'icmp', dst: web }));
  return [...tcp, ...udp, ...ping];
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
