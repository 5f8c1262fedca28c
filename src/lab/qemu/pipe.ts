/**
 * Two pipes to a program that is to be asked and waited for without the event loop, which Node's own pipes need. Made as named ones, and
 * without a name as soon as both ends are open, so that nothing is left behind.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;
const PAUSE_MS = 2;

export interface Pipe {
  readonly reads: number;
  readonly writes: number;
}

/** The end with `ours` never blocks; the other one is to be handed to the program, and closed here. */
export function makePipe(ours: keyof Pipe): Pipe {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-pipe-'));
  try {
    const path = join(folder, 'pipe');
    const { status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mkfifo: ${stderr}`);
    // Opened for both at first: opening one end alone waits for the other.
    const both = openSync(path, O_RDWR | O_NONBLOCK);
    const reads = openSync(path, O_RDONLY | (ours === 'reads' ? O_NONBLOCK : 0));
    const writes = openSync(path, O_WRONLY | (ours === 'writes' ? O_NONBLOCK : 0));
    closeSync(both);
    return { reads, writes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** False when nobody reads any more. */
export function writeAll(fd: number, text: string): boolean {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) {
    const written = attempt(() => writeSync(fd, bytes, at));
    if (written === 'gone') return false;
    if (written === undefined) pause();
    else at += written;
  }
  return true;
}

/** Up to and without the next line feed, of which nothing follows. Undefined when the other end is closed, or after so long. */
export function readLine(fd: number, msMax: number): string | undefined {
  const parts: Buffer[] = [];
  const buffer = Buffer.alloc(1 << 16);
  const deadline = performance.now() + msMax;
  for (;;) {
    const count = attempt(() => readSync(fd, buffer));
    if (count === 0 || count === 'gone') return undefined;
    if (count === undefined) {
      if (performance.now() > deadline) return undefined;
      pause();
      continue;
    }
    parts.push(Buffer.from(buffer.subarray(0, count)));
    if (buffer[count - 1] === 0x0a) return Buffer.concat(parts).toString('utf8').slice(0, -1);
  }
}

/** Undefined when it would have to wait. */
function attempt(call: () => number): number | 'gone' | undefined {
  try {
    return call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return undefined;
    if (code === 'EPIPE') return 'gone';
    throw error;
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
