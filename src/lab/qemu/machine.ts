/**
 * A guest machine under qemu's own interpreter (TCG): no root, no KVM. It boots once, and does one job after the other. Its clock counts
 * instructions and jumps where the guest would only wait (`-icount`), so no answer hangs on how busy this machine is; between jobs it is
 * stopped, lest it wait at full speed. It dies with this process, however that ends.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type HopspecError, unsupported } from '../../base/errors.js';
import { missingTools } from '../lab-trouble.js';
import type { GuestImage } from './guest-image.js';
import { makePipe, readLine, writeAll } from './pipe.js';

const QEMU = 'qemu-system-x86_64';
const MACHINE = '-machine q35,accel=tcg -cpu max -smp 1 -m 1024 -icount shift=1,sleep=off -rtc clock=vm -seed 1 -nic none';
const BARE = '-nodefaults -no-user-config -display none -no-reboot';
const CONSOLE = '-chardev file,id=console,path=/dev/stderr,append=on -serial chardev:console';
const PORT = '-device virtio-serial-pci -chardev stdio,id=jobs,signal=off -device virtserialport,chardev=jobs';
const KERNEL_LINE = 'console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr';
/** SIGKILL when the process that started it is gone; it may be gone already. */
const DIE_WITH_PARENT = `import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
os._exit(1) if os.getppid() != int(sys.argv[1]) else os.execv(sys.argv[2], sys.argv[2:])`;
const BOOT_MS_MAX = 180_000;
const JOB_MS_MAX = 1_800_000;
/** Of what a guest that broke off said last. */
const LAST_LINES = 8;
const CONSOLE_BYTES = 1 << 16;

export interface Machine {
  /** A line in, a line out. Throws UnsupportedError when the machine is gone. */
  ask(line: string): string;
  stop(): void;
}

/** Throws UnsupportedError where there is no qemu, or the guest does not come up. */
export function bootMachine({ kernel, initrd }: GuestImage): Machine {
  const qemu = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, QEMU))
    .find((path) => existsSync(path));
  if (qemu === undefined) throw missingTools([QEMU]);
  const [jobs, answers, log] = [makePipe('writes'), makePipe('reads'), openLog()];
  const words = [MACHINE, BARE, CONSOLE, PORT].join(' ').split(' ');
  const args = ['-B', '-S', '-E', '-s', '-c', DIE_WITH_PARENT, String(process.pid), qemu, ...words];
  const boot = ['-kernel', kernel, '-initrd', initrd, '-append', KERNEL_LINE];
  const child = spawn('/usr/bin/python3', [...args, ...boot], { stdio: [jobs.reads, answers.writes, log] });
  child.unref();
  for (const fd of [jobs.reads, answers.writes]) closeSync(fd);
  const machine = talkTo(child.pid, jobs.writes, answers.reads, log);
  if (machine.hear(BOOT_MS_MAX) === undefined) throw machine.brokeOff('does not come up');
  return machine;
}

interface Talking extends Machine {
  hear(msMax: number): string | undefined;
  brokeOff(what: string): HopspecError;
}

function talkTo(pid: number | undefined, jobs: number, answers: number, log: number): Talking {
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(pid, name);
    } catch {
      // It is gone; reading from it will say so.
    }
  };
  const stop = (): void => {
    signal('SIGKILL');
    for (const fd of [jobs, answers, log]) closeSync(fd);
  };
  const hear = (msMax: number): string | undefined => {
    const line = readLine(answers, msMax);
    signal('SIGSTOP');
    return line;
  };
  const brokeOff = (what: string): HopspecError => {
    const said = lastWords(log);
    stop();
    return unsupported('guest-broke-off', `the guest machine of --kernel qemu ${what}${said}`);
  };
  const ask = (line: string): string => {
    signal('SIGCONT');
    const answer = writeAll(jobs, `${line}\n`) ? hear(JOB_MS_MAX) : undefined;
    if (answer === undefined) throw brokeOff('broke off');
    return answer;
  };
  return { ask, stop, hear, brokeOff };
}

/** A file without a name, for what the guest's console and qemu itself say. */
function openLog(): number {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-console-'));
  try {
    return openSync(join(folder, 'log'), 'a+');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastWords(log: number): string {
  const { size } = fstatSync(log);
  const bytes = new Uint8Array(Math.min(size, CONSOLE_BYTES));
  readSync(log, bytes, 0, bytes.length, Math.max(0, size - bytes.length));
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '');
  return lines.length === 0
    ? ''
    : `:\n${lines
        .slice(-LAST_LINES)
        .map((line) => `    ${line}`)
        .join('\n')}`;
}
