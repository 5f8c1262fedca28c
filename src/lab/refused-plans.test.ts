/**
 * Wrong plans, put to hopspec and to Linux. fixtures/plan/refused.txt has what each says of them; HOPSPEC_UPDATE_GOLDEN=1 asks hopspec anew, and
 * Linux about new ones, with HOPSPEC_ASK_LINUX=1 about all. Elsewhere Linux is asked about one in sixteen, where there is a lab.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors.js';
import { readPlan } from '../plan/plan-json.js';
import { REFUSED_PLANS, UNASKED_PLANS } from '../plan/testing/refused-plans.js';
import { labSkip } from './testing/lab-skip.test.js';

const FILE = new URL('../../fixtures/plan/refused.txt', import.meta.url);
const EXECUTOR = fileURLToPath(new URL('executor/main.py', import.meta.url));
const UPDATE = process.env['HOPSPEC_UPDATE_GOLDEN'] === '1';
const ASK = process.env['HOPSPEC_ASK_LINUX'] === '1';
const TAKES = 'takes it';
const EVERY = 16;

interface Kept {
  readonly hopspec: string;
  /** Undefined where it is not asked. */
  readonly linux: string | undefined;
}

/** Names at the margin, below each what is said, further in. */
function readKept(): Map<string, Kept> {
  const kept = new Map<string, Kept>();
  for (const section of readFileSync(FILE, 'utf8').split(/\n(?=\S)/)) {
    const [, name, hopspec = '', linux] = /^(.*)\n {2}hopspec: ([^]*?)(?:\n {2}Linux: (.*))?\n?$/.exec(section) ?? [];
    if (name !== undefined) kept.set(name, { hopspec, linux });
  }
  return kept;
}

const HEAD = `# What hopspec and Linux say of wrong plans. HOPSPEC_UPDATE_GOLDEN=1 node --import tsx --test src/lab/refused-plans.test.ts\n`;

function writeKept(kept: ReadonlyMap<string, Kept>): void {
  const sections = [...kept].map(
    ([name, { hopspec, linux }]) => `${name}\n  hopspec: ${hopspec}\n${linux === undefined ? '' : `  Linux: ${linux}\n`}`,
  );
  writeFileSync(FILE, `${HEAD}${sections.join('')}`);
}

function askHopspec(plan: object): string {
  try {
    readPlan(JSON.stringify(plan), 'plan.json');
    return TAKES;
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message.replaceAll('\n', '\n    ').replaceAll(/ +$/gm, '');
  }
}

interface RawPlan {
  readonly netns: Readonly<Record<string, object>>;
  readonly listeners?: readonly object[];
  readonly probes?: readonly object[];
}

/** Past the reader, with the defaults that it would have given. */
function askLinux(plan: object): string {
  const { netns, listeners = [], probes = [] } = plan as RawPlan;
  const input = JSON.stringify({
    netns: Object.fromEntries(Object.entries(netns).map(([name, each]) => [name, { links: [], ...each }])),
    listeners: listeners.map((listener) => ({ proto: 'tcp', ip: '0.0.0.0', ...listener })),
    probes: probes.map((probe) => ({ proto: 'tcp', timeout_ms: 50, ...probe })),
  });
  const python = ['-B', '-S', '-E', '-s', EXECUTOR];
  const { stdout, stderr } = spawnSync('/usr/bin/python3', python, { input, encoding: 'utf8' });
  if (!stdout.startsWith('{')) return `cannot read it: ${stderr.trim().split('\n').at(-1)}`;
  const { error } = JSON.parse(stdout) as { error?: { message: string } };
  return error === undefined ? TAKES : withoutChance(error.message);
}

/** Process ids and the kernel's version vary. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/\/proc\/\d+\/fd\/\d+/g, 'FD')
    .replaceAll(release(), 'VERSION')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const skip = labSkip();

if (UPDATE) {
  const before = readKept();
  const linuxOf = (name: string, plan: object): string | undefined => {
    const answer = before.get(name)?.linux;
    return skip === false && (answer === undefined || ASK) ? askLinux(plan) : answer;
  };
  const rows = REFUSED_PLANS.map(([name, plan]): [string, Kept] => [name, { hopspec: askHopspec(plan), linux: linuxOf(name, plan) }]);
  const others = UNASKED_PLANS.map(([name, plan]): [string, Kept] => [name, { hopspec: askHopspec(plan), linux: undefined }]);
  writeKept(new Map([...rows, ...others]));
}

const kept = readKept();

for (const [name, plan] of [...REFUSED_PLANS, ...UNASKED_PLANS]) {
  test(`of a plan with ${name} hopspec says what is kept`, () => assert.equal(askHopspec(plan), kept.get(name)?.hopspec));
}

test('hopspec takes nothing that Linux refuses', () => {
  const wrong = [...kept].filter(([, { hopspec, linux }]) => hopspec === TAKES && linux !== TAKES).map(([name]) => name);
  assert.deepEqual(wrong, []);
});

test('every plan has a name of its own', () => assert.equal(kept.size, REFUSED_PLANS.length + UNASKED_PLANS.length));

test('Linux says what is kept of it', { skip }, () => {
  for (const [name, plan] of REFUSED_PLANS.filter((_, i) => i % EVERY === 0)) {
    assert.equal(askLinux(plan) === TAKES, kept.get(name)?.linux === TAKES, name);
  }
});
