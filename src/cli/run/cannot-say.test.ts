/** What the language understands and the simulator does not model ends "cannot say", by name, and the run exits 4: fixtures/cannot-say, all messages against one text. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { CLAIM_WORDINGS } from '../../claim/wordings.js';
import { WORDINGS } from '../../report/wordings.js';
import { runHere } from '../testing/project.js';

const REPOSITORY = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const FOLDER = 'fixtures/cannot-say';
const GOLDEN = join(REPOSITORY, FOLDER, 'expected.txt');
const FEATURE = readFileSync(join(REPOSITORY, FOLDER, 'language.feature'), 'utf8');

let output = '';
let code = -1;

before(async () => {
  ({ code, stdout: output } = await runHere(['run', FOLDER]));
});

test('every scenario ends "cannot say", and the run exits 4', () => {
  assert.match(output, /^(\d+) scenarios: \1 cannot say$/m);
  assert.equal(code, 4);
});

test('every message names what is not modelled', () => {
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, output);
  assert.equal(output, readFileSync(GOLDEN, 'utf8'));
});

for (const { example } of WORDINGS.filter(({ notYet }) => notYet)) {
  test(`it is the step of a scenario: ${example}`, () => {
    const text = example.replace(/^\w+ /, '');
    const line = FEATURE.split('\n').findIndex((one) => one.replace(/^ *(?:Given|When|Then) /, '') === text);
    assert.ok(line >= 0, 'no scenario has this step');
    assert.ok(output.includes(`language.feature:${line + 1}:5: `), 'its scenario ends elsewhere');
  });
}

for (const { example } of CLAIM_WORDINGS.filter(({ notModelled }) => notModelled)) {
  test(`it is in a sentence: ${example}`, () => assert.ok(FEATURE.includes(/via \w+/.exec(example)?.[0] ?? example)));
}
