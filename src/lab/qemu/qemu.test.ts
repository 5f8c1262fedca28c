/** A plan in a guest machine, and what keeps it from running. What needs qemu and a kernel's package is skipped by name without them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HopspecError, InputError, UnsupportedError } from '../../base/errors.js';
import { readPlan } from '../../plan/plan-json.js';
import { execute } from '../execute.js';
import { readLabKernel } from '../lab-kernel.js';
import { writeCpio } from './cpio.js';
import { executeInGuest } from './execute-in-guest.js';
import { compareVersions, findKernel } from './find-kernel.js';
import { cacheFolder } from './guest-image.js';

const IPIP = {
  netns: {
    a: {
      sysctl: { 'net.ipv4.icmp_ratelimit': '0' },
      links: [
        { name: 'eth0', kind: 'veth', peer: { netns: 'b', name: 'eth0' }, addr: ['10.0.0.1/24'] },
        { name: 'ip0', kind: 'ipip', args: 'local 10.0.0.1 remote 10.0.0.2', addr: ['10.1.0.1/24'] },
      ],
    },
    b: {
      links: [
        { name: 'eth0', kind: 'veth', addr: ['10.0.0.2/24'] },
        { name: 'ip0', kind: 'ipip', args: 'local 10.0.0.2 remote 10.0.0.1', addr: ['10.1.0.2/24'] },
      ],
    },
  },
  listeners: [{ id: 'b-80', netns: 'b', port: 80 }],
  probes: [
    { id: 'open', netns: 'a', dst: '10.1.0.2', dport: 80 },
    { id: 'nobody', netns: 'a', dst: '10.0.0.3', dport: 80, timeout_ms: 9000 },
  ],
};

describe('a guest machine', { skip: !process.env['HOPSPEC_QEMU_TESTS'] && 'boots a machine: set HOPSPEC_QEMU_TESTS=1' }, () => {
  it('runs a plan that the kernel of this machine may not, and waits at no cost', () => {
    const began = performance.now();
    const { kernel, probes } = execute(readPlan(IPIP, 'ipip'), { kernel: { kind: 'qemu', image: undefined } });
    assert.match(kernel, /^\d+\.\d+/);
    assert.deepEqual(
      probes.map(({ flows: [flow] }) => [flow?.verdict, flow?.server, flow?.errno]),
      [
        ['delivered', 'b-80', null],
        ['unreachable', null, 'EHOSTUNREACH'],
      ],
    );
    assert.ok((probes[1]?.flows[0]?.ms ?? 0) > 3000, 'ARP has given up');
    assert.ok(performance.now() - began < 100_000);
  });

  it('dies with the process that started it, and leaves no file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hopspec-test-'));
    const plan = join(folder, 'plan.json');
    writeFileSync(plan, JSON.stringify(IPIP));
    const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
    const args = ['--import', import.meta.resolve('tsx'), main, 'lab', '--kernel', 'qemu', plan];
    const node = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, TMPDIR: folder } });
    const guest = await eventually(() => guestOf(node.pid ?? 0));
    node.kill('SIGKILL');
    await eventually(() => (isAlive(guest) ? undefined : true));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('hopspec-')),
      [],
    );
    rmSync(folder, { recursive: true });
  });

  it('says of a plan that Linux refuses where it is wrong, and goes on', () => {
    const options = { kernel: { kind: 'qemu', image: undefined } } as const;
    const wrong = { ...IPIP, listeners: [{ id: 'x', netns: 'b', ip: '10.9.9.9', port: 80 }] };
    assert.match(executeInGuest(wrong, [], undefined), /"where":\["listeners",0\]/);
    assert.equal(execute(readPlan({ netns: {} }, 'none'), options).probes.length, 0);
  });
});

function guestOf(pid: number): number | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
  return children.find(
    (child) => existsSync(`/proc/${child}/cmdline`) && readFileSync(`/proc/${child}/cmdline`, 'utf8').startsWith('/usr/bin/qemu'),
  );
}

/** One that nobody has asked after is dead too. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail('it never came');
}

describe('a kernel to boot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [cache, boot, empty] = ['cache', 'boot', 'none'].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(cache);
  mkdirSync(join(folder, 'lib/modules/6.9'), { recursive: true });
  mkdirSync(boot);
  writeFileSync(join(folder, 'lib/modules/6.9/modules.order'), '');
  for (const name of ['vmlinuz-6.9', 'vmlinuz-6.10']) writeFileSync(join(boot, name), '');

  it('is found in /boot if its modules are there', () => {
    assert.deepEqual(findKernel(undefined, cache, boot), { path: join(boot, 'vmlinuz-6.9'), modules: join(folder, 'lib/modules/6.9') });
  });

  it('is the newest package of the cache folder, if there is one', () => {
    for (const name of ['linux-image-6.1.0-9-cloud.deb', 'linux-image-6.1.0-56-cloud.deb']) writeFileSync(join(cache, name), '');
    assert.equal(findKernel(undefined, cache, boot).path, join(cache, 'linux-image-6.1.0-56-cloud.deb'));
    rmSync(cache, { recursive: true });
  });

  it('is missing by name, with the line that brings it', () => {
    assert.throws(
      () => findKernel(undefined, empty, empty),
      (error) => error instanceof UnsupportedError && error.message.includes(`cd ${empty} && apt-get download`),
    );
  });

  const wrong: readonly [string, string][] = [
    ['no/such.deb', 'there is no such file'],
    [join(boot, 'vmlinuz-6.10'), 'its modules are not'],
  ];
  for (const [path, says] of wrong) {
    it(`is refused where ${says}`, () => {
      assert.throws(
        () => findKernel(path, empty),
        (error) => error instanceof InputError && error.message.includes(says),
      );
    });
  }

  it('has a version of numbers', () => {
    const sorted = ['6.1.0-9', '6.1.0-56', '6.10', '6.10.1', '6.10-rc1'];
    assert.deepEqual([...sorted].reverse().sort(compareVersions), ['6.1.0-9', '6.1.0-56', '6.10', '6.10-rc1', '6.10.1']);
  });

  it('is cached where the user wants', () => {
    const before = process.env['XDG_CACHE_HOME'];
    process.env['XDG_CACHE_HOME'] = '/somewhere';
    assert.equal(cacheFolder(), '/somewhere/hopspec/qemu');
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  });
});

describe('--kernel', () => {
  const cases: readonly [string | undefined, unknown][] = [
    [undefined, undefined],
    ['host', undefined],
    ['qemu', { kind: 'qemu', image: undefined }],
    ['qemu:/boot/vmlinuz-6.1', { kind: 'qemu', image: '/boot/vmlinuz-6.1' }],
  ];
  for (const [text, expected] of cases)
    it(`${text ?? 'left out'} is understood`, () => assert.deepEqual(readLabKernel(text, {}), expected));

  it('takes the file from the environment where it names none', () => {
    assert.deepEqual(readLabKernel('qemu', { HOPSPEC_KERNEL_IMAGE: 'x.deb' }), { kind: 'qemu', image: 'x.deb' });
  });

  for (const text of ['', 'uml', 'qemu:', 'QEMU']) {
    it(`"${text}" is refused`, () => assert.throws(() => readLabKernel(text, {}), HopspecError));
  }
});

describe('an archive for the kernel', () => {
  it('has headers of 110 characters, parts of four bytes each, the folders, and the end', () => {
    const bytes = writeCpio([{ path: 'a/b', bytes: new TextEncoder().encode('hello'), mode: 0o100755, modified: 16 }]);
    const text = bytes.toString('latin1');
    const headers = [...text.matchAll(/070701[\da-f]{104}/g)];
    assert.deepEqual(
      headers.map(({ index }) => index % 4),
      [0, 0, 0],
    );
    assert.deepEqual(
      headers.map((match) => text.slice(match.index + 110).split('\0')[0]),
      ['a', 'a/b', 'TRAILER!!!'],
    );
    assert.equal(headers[1]?.[0].slice(14, 22), '000081ed');
    assert.equal(bytes.length % 4, 0);
  });
});
