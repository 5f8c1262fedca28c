/**
 * Sockets, and stories of several probes, as Linux has them: its answers (6.18) stand in fixtures/kernel/sockets and beside the other cases of
 * connection tracking; with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again, with
 * HOPSPEC_RUNS=N about N random stories.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createRng } from '../../base/rng.js';
import { askLinux as askKernel } from '../../lab/testing/ask-linux.js';
import { writePlan } from '../../plan/plan-json.js';
import { answerOf } from '../netfilter/testing/answer-line.js';
import { runPlan } from '../run-plan.js';
import { randomStory } from './testing/random-story.js';
import { type StoryCase, storyLines, storyPlan, type Told } from './testing/story-case.js';

const FILES = [
  ...readdirSync('fixtures/kernel/sockets').map((name) => `fixtures/kernel/sockets/${name}`),
  ...readdirSync('fixtures/kernel/conntrack').flatMap((name) => (name.startsWith('stories') ? `fixtures/kernel/conntrack/${name}` : [])),
].sort();
const { HOPSPEC_KERNEL, HOPSPEC_UPDATE_GOLDEN } = process.env;
const ASK_LINUX = HOPSPEC_UPDATE_GOLDEN === '1' && process.getuid?.() === 0;

interface KeptStory extends StoryCase {
  /** Asked in a guest machine (Linux 6.1, HOPSPEC_KERNEL=qemu), for this machine's kernel lacks what it takes. */
  readonly guest?: boolean;
  readonly linux: readonly string[];
}

function askLinux(asked: KeptStory): readonly string[] {
  if (asked.guest !== (HOPSPEC_KERNEL === undefined ? undefined : true)) return asked.linux;
  if (asked.guest === true) return storyLines(askKernel(storyPlan(asked)).map(({ flows, conntrack }) => ({ flows, conntrack })));

  const input = JSON.stringify(writePlan(storyPlan(asked)));
  const told = JSON.parse(execFileSync('/usr/bin/python3', ['-B', '-S', 'src/lab/executor/main.py'], { input, encoding: 'utf8' }));
  return told.error === undefined ? storyLines(told.probes as Told[]) : [`refused: ${told.error.message}`];
}

function askSimulated(asked: StoryCase): string[] {
  return storyLines(runPlan(storyPlan(asked)).map(({ flows, conntrack }) => ({ flows: flows.map(answerOf), conntrack })));
}

/** A probe and an answer a line. */
function text(cases: readonly KeptStory[]): string {
  const list = (each: readonly unknown[]): string => `[\n${each.map((one) => `      ${JSON.stringify(one)}`).join(',\n')}\n    ]`;
  const one = ({ probes, linux, ...rest }: KeptStory): string => {
    const head = Object.entries(rest).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
    return `  {\n${head.join('')}    "probes": ${list(probes)},\n    "linux": ${list(linux)}\n  }`;
  };
  return `[\n${cases.map(one).join(',\n')}\n]\n`;
}

const RUNS = process.getuid?.() === 0 ? Number(process.env['HOPSPEC_RUNS'] ?? 0) : 0;

it('tells random stories as Linux does', { skip: RUNS === 0 && 'HOPSPEC_RUNS=N asks Linux, as root, about N random stories' }, () => {
  const rng = createRng(Number(process.env['HOPSPEC_SEED'] ?? 1));
  for (let i = 0; i < RUNS; i++) {
    const story = randomStory(rng, `random ${i}`, i % 2 === 0 ? 4 : 6);
    assert.deepEqual(askSimulated(story), askLinux({ ...story, linux: [] }), JSON.stringify(story));
  }
});

for (const file of FILES) {
  describe(`sockets behave as Linux's do: ${file}`, () => {
    let cases = JSON.parse(readFileSync(file, 'utf8')) as readonly KeptStory[];
    if (ASK_LINUX) {
      cases = cases.map((kept) => ({ ...kept, linux: askLinux(kept) }));
      writeFileSync(file, text(cases));
    }
    for (const kept of cases) it(kept.name, () => assert.deepEqual(askSimulated(kept), kept.linux));
  });
}
