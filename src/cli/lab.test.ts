/** `hopspec lab` as a user meets it. What needs namespaces is skipped by name where there are none. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { labSkip } from '../lab/testing/lab-skip.test.js';
import { type Finished, HOPSPEC, makeProject, type Project } from './testing/project.js';

const EXECUTOR = fileURLToPath(new URL('../lab/executor/main.py', import.meta.url));

const TWO_HOSTS = {
  netns: {
    a: {
      sysctl: { 'net.ipv4.icmp_ratelimit': '0' },
      links: [{ name: 'eth0', kind: 'veth', peer: { netns: 'b', name: 'eth0' }, addr: ['10.0.0.1/24'] }],
    },
    b: {
      sysctl: { 'net.ipv4.icmp_ratelimit': '0' },
      links: [{ name: 'eth0', kind: 'veth', addr: ['10.0.0.2/24'] }],
      iptables:
        '*filter\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 81 -j REJECT\n-A INPUT -p tcp -m tcp --dport 82 -j DROP\nCOMMIT\n',
    },
  },
  listeners: [{ id: 'b-80', netns: 'b', port: 80 }],
};
const probe = (id: string, dport: number, more: object = {}): object => ({ id, netns: 'a', dst: '10.0.0.2', dport, ...more });
const PROBES = [probe('open', 80), probe('closed', 9), probe('rejected', 81), probe('dropped', 82, { timeout_ms: 100 })];

const lacking = (netns: object): object => ({ netns: { n: netns } });

interface Result {
  readonly kernel: string;
  readonly probes: readonly { readonly id: string; readonly flows: readonly Record<string, unknown>[] }[];
}

const result = ({ stdout }: Finished): Result => JSON.parse(stdout) as Result;

describe('hopspec lab', { timeout: 600_000, skip: labSkip(true) }, () => {
  let project: Project;
  before(() => {
    project = makeProject({
      'plan.json': JSON.stringify({ ...TWO_HOSTS, probes: PROBES }),
      'long.json': JSON.stringify({ ...TWO_HOSTS, probes: [probe('dropped', 82, { timeout_ms: 60_000 })] }),
      'ipip.json': JSON.stringify(lacking({ links: [{ name: 'ip0', kind: 'ipip', args: 'local 10.0.0.1 remote 10.0.0.2' }] })),
      'refused.json': JSON.stringify(lacking({ iptables: '*filter\n-A INPUT -m bpf -j DROP\nCOMMIT\n' })),
      'ipvs.json': JSON.stringify(lacking({ ipvs: '-A -t 10.0.0.1:80 -s rr\n' })),
      'bad.json': '{"netns": {"a": {"links": [{"name": "eth0", "kind": "vteh"}]}}}',
    });
  });
  after(() => project.remove());

  test('prints one line with what came of each flow', async () => {
    const finished = await project.hopspec(['lab', 'plan.json']);
    assert.equal(finished.code, 0, finished.stderr);
    const answers = result(finished).probes.map(({ id, flows: [flow] }) => [id, flow?.['verdict'], flow?.['server'], flow?.['icmp']]);
    assert.deepEqual(answers, [
      ['open', 'delivered', 'b-80', null],
      ['closed', 'refused', null, null],
      ['rejected', 'refused', null, { type: 3, code: 3, from: '10.0.0.2' }],
      ['dropped', 'timeout', null, null],
    ]);
    assert.equal(finished.stdout.trim().split('\n').length, 1);
  });

  test('--trace prints the path in the shape that probe --trace has', async () => {
    const real = result(await project.hopspec(['lab', 'plan.json', '--trace']));
    const simulated = result(await project.hopspec(['probe', 'plan.json', '--trace']));
    const path = ({ probes }: Result): unknown => {
      const { packets } = (probes[2]?.flows[0]?.['path'] ?? assert.fail()) as {
        packets: { packet: string; steps: Record<string, unknown>[] }[];
      };
      const steps = packets.find((one) => one.packet.endsWith('tcp S'))?.steps ?? [];
      return steps.map((step) =>
        Object.fromEntries(
          Object.entries(step).map(([key, value]) => [key, typeof value === 'string' ? value.replace(/:\d{4,}/, ':*') : value]),
        ),
      );
    };
    assert.deepEqual(path(real), path(simulated));
  });

  const lacks: readonly [string, string, RegExp][] = [
    ['a device kind that the kernel lacks', 'ipip.json', /netns\.n\.links\[0\]: this kernel \([^)]+\) has no ipip devices/],
    ['a tool or a subsystem that is missing', 'ipvs.json', /ipvs/],
  ];
  for (const [what, file, says] of lacks) {
    test(`${what} is named, exit 4`, async (context) => {
      const { code, stdout, stderr } = await project.hopspec(['lab', file]);
      if (code === 0) return context.skip('this kernel has it');
      assert.equal(code, 4, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, says);
    });
  }

  test('what Linux alone refuses is told with its place in the plan, exit 2', async () => {
    const { code, stderr } = await project.hopspec(['lab', 'refused.json']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^netns\.n\.iptables: Linux refuses `iptables-restore --noflush`: -A INPUT -m bpf/);
  });

  test('a bad plan is told as by probe, exit 2', async () => {
    const [real, simulated] = await Promise.all([project.hopspec(['lab', 'bad.json']), project.hopspec(['probe', 'bad.json'])]);
    assert.equal(real.code, 2);
    assert.equal(real.stderr, simulated.stderr);
  });

  test("leaves the machine's own namespace alone", async () => {
    const own = (): string =>
      [
        ['ip', 'addr'],
        ['ip', 'route'],
        ['ip', 'rule'],
      ]
        .map(([tool = '', ...args]) => spawnSync(tool, args).stdout.toString())
        .join('');
    const earlier = own();
    await project.hopspec(['lab', 'plan.json', '--trace']);
    assert.equal(own().replaceAll(/valid_lft \S+|preferred_lft \S+/g, ''), earlier.replaceAll(/valid_lft \S+|preferred_lft \S+/g, ''));
  });

  test('leaves nothing behind when it is killed', async () => {
    const node = spawn(process.execPath, [...HOPSPEC, 'lab', join(project.folder, 'long.json')], { stdio: 'ignore' });
    const executor = await eventually(() => executorOf(node.pid ?? 0));
    node.kill('SIGKILL');
    await eventually(() => (existsSync(`/proc/${executor}`) ? undefined : true));
  });

  test('runs without root in a user namespace', { skip: process.getuid?.() !== 0 && 'is run without root already' }, (context) => {
    const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
    const input = readFileSync(join(project.folder, 'plan.json'));
    const done = spawnSync(python, ['-B', EXECUTOR, '--trace'], { input, uid: 65534, gid: 65534, encoding: 'utf8' });
    if (/Permission denied|can't open file/.test(done.stderr)) return context.skip('others may not read this checkout');
    const told = JSON.parse(done.stdout) as Result & { error?: { code: string } };
    if (told.error?.code === 'no-namespaces') return context.skip('user namespaces are not allowed here');
    assert.deepEqual(
      told.probes?.map(({ flows: [flow] }) => flow?.['verdict']),
      ['delivered', 'refused', 'refused', 'timeout'],
      done.stdout.slice(0, 500),
    );
  });
});

/** The process below `pid` that runs the executor. */
function executorOf(pid: number): number | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
  return children.find(
    (child) => existsSync(`/proc/${child}/cmdline`) && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('executor/main.py'),
  );
}

async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail('it never came');
}
