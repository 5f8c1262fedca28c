/**
 * Runs the executor, a Python program, for Node cannot enter a namespace: the plan goes in by its standard input, one JSON line comes
 * out. Synchronous, as a claim is. The executor dies with this process, and its namespaces with it; nothing is written to disk.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '../base/errors.js';
import type { Plan } from '../plan/plan.js';
import { writePlan } from '../plan/plan-json.js';
import type { RawResult, RawTrouble } from './lab-result.js';
import { labError, missingTools } from './lab-trouble.js';
import { executeInGuest } from './qemu/execute-in-guest.js';

/** As a source, and where the packed engine lies. */
const PLACES = ['executor/main.py', 'lab/executor/main.py', '../lab/executor/main.py'];
/** Debian's own first: what comes first in PATH may be a shim that looks for a version. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
/** No bytecode written, no site packages, no environment. */
const FLAGS = ['-B', '-S', '-E', '-s'];
const OUTPUT_MAX = 1 << 30;
/** Not there, or no program. */
const ABSENT: readonly string[] = ['ENOENT', 'EACCES'];

export interface ExecuteOptions {
  /** With the evidence of every packet's path. */
  readonly trace?: boolean | undefined;
  /** Each flow finds no connection of another, nor of itself before. */
  readonly fresh?: boolean | undefined;
  /** A flow leaves nothing under way: neither packets that wait for a neighbour nor connections. */
  readonly apart?: boolean | undefined;
  /** Flows during which the machine had no room for its own ICMP say so. */
  readonly starved?: boolean | undefined;
  /** With what the tools print, at the end, of the tables that the plan has. */
  readonly save?: boolean | undefined;
  /** This machine's own unless given. */
  readonly kernel?: LabKernel | undefined;
}

/** A guest machine's, of a package or file that is named or found. */
export interface LabKernel {
  readonly kind: 'qemu';
  readonly image: string | undefined;
}

/** Throws UnsupportedError where this machine or kernel cannot, InputError where Linux refuses the plan. */
export function execute(plan: Plan, options: ExecuteOptions = {}): RawResult {
  if (process.platform !== 'linux') throw labError(noLinux());
  const flags = (['trace', 'fresh', 'apart', 'starved', 'save'] as const).filter((key) => options[key]).map((key) => `--${key}`);
  const { kernel } = options;
  return kernel === undefined ? executeHere(plan, flags) : readResult(executeInGuest(writePlan(plan), flags, kernel.image), '', null);
}

function executeHere(plan: Plan, flags: readonly string[]): RawResult {
  const script = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  if (script === undefined) throw new InvariantError("the lab's executor is missing");
  const python = PYTHONS.find((path) => !path.startsWith('/') || existsSync(path)) as string;
  const args = [...FLAGS, script, '--parent', String(process.pid), ...flags];
  const done = spawnSync(python, args, { input: JSON.stringify(writePlan(plan)), encoding: 'utf8', maxBuffer: OUTPUT_MAX });
  if (done.error !== undefined) {
    if (ABSENT.includes((done.error as NodeJS.ErrnoException).code ?? '')) throw missingTools(['python3']);
    throw done.error;
  }
  return readResult(done.stdout, done.stderr, done.signal);
}

function readResult(stdout: string, stderr: string, signal: string | null): RawResult {
  if (!stdout.startsWith('{')) throw new InvariantError(`the lab's executor broke off: ${signal ?? stderr.trim()}`);
  const result = JSON.parse(stdout) as RawResult | { readonly error: RawTrouble };
  if ('error' in result) throw labError(result.error);
  return result;
}

function noLinux(): RawTrouble {
  const message = `the lab needs Linux, and this is ${process.platform}`;
  return { kind: 'unsupported', code: 'no-linux', message, where: null, fix: 'use `hopspec probe`, or a Linux machine', tools: null };
}
