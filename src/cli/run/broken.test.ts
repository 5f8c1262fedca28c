/**
 * The other half of every spec: what must fail, and what it says then. fixtures/broken/steps lets every claim fail once; the other folders stand
 * beside those of features/, and let every scenario fail by a cluster that is broken in one point. All messages are held against one text.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { runHere } from '../testing/project.js';

const REPOSITORY = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const FOLDER = 'fixtures/broken';
const GOLDEN = join(REPOSITORY, FOLDER, 'expected.txt');
const GROUPS = ['api', 'faults', 'language', 'names', 'placement', 'pods', 'services'];

let output = '';

before(async () => {
  const { code, stdout, stderr } = await runHere(['run', FOLDER]);
  assert.equal(stderr, '');
  assert.equal(code, 1, stdout.slice(-2000));
  output = stdout;
});

test('every scenario fails, and none for a fault of its own', () => {
  const [, count] = /^(\d+) scenarios: \1 failed$/m.exec(output) ?? [];
  assert.ok(Number(count) > 100, output.slice(-200));
});

test('every message is the one that was read and found good', () => {
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, output);
  assert.equal(output, readFileSync(GOLDEN, 'utf8'));
});

test('no message is wider than a screen, and none is longer', () => {
  assert.deepEqual(
    output.split('\n').filter((line) => line.length > 100 && !/^ {2}✗ |replay: |path:|\|/.test(line)),
    [],
  );
  const longest = Math.max(...output.split(/^ {2}✗ /m).map((message) => message.split('\n').length));
  assert.ok(longest <= 40, `${longest} lines`);
});

for (const group of GROUPS) {
  for (const file of readdirSync(join(REPOSITORY, 'features', group))) {
    test(`every scenario of ${group}/${file} has a broken variant, which fails at a sentence of the scenario itself`, () => {
      const shipped = scenarios(join(REPOSITORY, 'features', group, file));
      const failing = failingSteps(`${FOLDER}/${group}/${file}`);
      const names = [...shipped.keys()];
      // The name of an outline may say which example it is.
      const nameOf = (scenario: string): string => names.find((name) => isSame(name, scenario)) ?? scenario;
      assert.deepEqual([...new Set(failing.map(({ scenario }) => nameOf(scenario)))].sort(), names.sort());
      for (const { scenario, step } of failing)
        assert.ok(
          shipped.get(nameOf(scenario))?.some((one) => isSame(one, step)),
          `"${step}" is no step of "${scenario}"`,
        );
    });
  }
}

/** The steps of each scenario, without keywords. */
function scenarios(path: string): Map<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let steps: string[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const name = /^ *Scenario(?: Outline)?: (.*)$/.exec(line)?.[1];
    if (name !== undefined) found.set(name, (steps = []));
    const step = stepText(line);
    if (step !== undefined) steps.push(step);
  }
  return found;
}

/** Where a Scenario Outline has `<node>`, any words may stand. */
function isSame(shipped: string, step: string): boolean {
  const parts = shipped.split(/<\w+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`).test(step);
}

function stepText(line: string): string | undefined {
  return /^ *(?:Given|When|Then|And|But) (.*)$/.exec(line)?.[1];
}

/** Under each failed scenario the report says where the step stands that failed. */
function failingSteps(path: string): { scenario: string; step: string }[] {
  const lines = readFileSync(join(REPOSITORY, path), 'utf8').split('\n');
  const places = [...output.matchAll(/^ {2}✗ (.*)\n +(\S+):(\d+):\d+$/gm)].filter(([, , file]) => file === path);
  return places.map(([, scenario = '', , line]) => ({ scenario, step: stepText(lines[Number(line) - 1] ?? '') ?? '' }));
}
