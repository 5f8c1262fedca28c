/** The table of exit codes of `hopspec run`, each row a tiny project that is really run; and the page of docs/ that has it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { makeProject } from '../testing/project.js';

interface Row {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  /** After `run`. */
  readonly args?: readonly string[];
  readonly code: number;
  /** Stands in what is printed. */
  readonly says: RegExp;
}

/** Steps of a project's own, one for each way a step can end. */
const STEPS = `
import { Given, Then } from '@cucumber/cucumber';
const named = (name) => Object.assign(new ({ [name]: class extends Error {} })[name]('because ' + name), { name });
Given('nothing', () => {});
Given('a skip', () => 'skipped');
Then('all is well', () => {});
Then('it ends with {word}', (name) => { throw named(name); });
Then('it is pending', () => 'pending');
Then(/^it is told twice$/, () => {});
Then('it is told {word}', () => {});
Then('nobody waits for what fails', () => { Promise.reject(new Error('unheard')); });
Then('it fails afterwards', () => { setTimeout(() => { throw new Error('late'); }, 1); });
`;

function feature(...steps: readonly string[]): Record<string, string> {
  return {
    'features/a.feature': `Feature: a\n  Scenario: b\n${steps.map((step) => `    ${step}\n`).join('')}`,
    'features/steps.mjs': STEPS,
  };
}

const two = (first: string, second: string): Record<string, string> => ({
  'features/a.feature': `Feature: a\n  Scenario: b\n    ${first}\n  Scenario: c\n    ${second}\n`,
  'features/steps.mjs': STEPS,
});

const ROWS: readonly Row[] = [
  { name: 'every scenario passes', files: feature('Then all is well'), code: 0, says: /^1 scenario: 1 passed$/m },
  { name: 'a claim fails', files: feature('Then it ends with ClaimMismatch'), code: 1, says: /because ClaimMismatch/ },
  {
    name: "an assertion of the project's own steps fails",
    files: feature('Then it ends with AssertionError'),
    code: 1,
    says: /a\.feature:3:5: because/,
  },
  { name: 'the spec is wrong', files: feature('Then it ends with InputError'), code: 2, says: /because InputError/ },
  { name: 'a step is undefined', files: feature('Then all is swell'), code: 2, says: /a\.feature:3:17: no such wording/ },
  { name: 'a step is ambiguous', files: feature('Then it is told twice'), code: 2, says: /more than one wording matches/ },
  { name: 'a step is pending', files: feature('Then it is pending'), code: 2, says: /the step is pending/ },
  {
    name: 'a file is not Gherkin',
    files: { 'features/a.feature': 'Feature: a\n  Scenario: b\n    Then all is well\nfoo\n' },
    code: 2,
    says: /a\.feature:4:1: Gherkin has no such line here/,
  },
  {
    name: 'a keyword is misspelt, so that its steps would never run',
    files: { 'features/a.feature': 'Feature: a\n  Scenari: b\n    Then all is well\n' },
    code: 2,
    says: /a\.feature:2:3: Gherkin has no keyword Scenari\n[^]*did you mean Scenario:\?/,
  },
  {
    name: 'a step lacks its table',
    files: feature('Given a cluster with nodes:', 'Then all is well'),
    code: 2,
    says: /a\.feature:3:5: this step needs a table under it, and nothing stands there/,
  },
  {
    name: 'a step lacks its doc string',
    files: feature('When the manifest is applied:', 'Then all is well'),
    code: 2,
    says: /a\.feature:3:5: this step needs a doc string under it, and nothing stands there/,
  },
  {
    name: 'a table stands where a doc string should',
    files: feature('Given a cluster:', '  | nodes | 3 |', 'Then all is well'),
    code: 2,
    says: /a\.feature:3:5: this step needs a doc string under it, and a table stands there/,
  },
  {
    name: 'a table of settings is too wide',
    files: feature('Given the CNI is flannel with:', '  | a | b | c |', 'Then all is well'),
    code: 2,
    says: /a\.feature:3:5: a table of settings has two columns, name and value; this one has 3/,
  },
  {
    name: 'a table stands under a step that takes none',
    files: feature('Given a cluster with 2 nodes', '  | nodes | 3 |', 'Then all is well'),
    code: 2,
    says: /a\.feature:3:5: a doc string or a table stands under this step, which takes none/,
  },
  { name: 'a scenario has no Then', files: feature('Given nothing'), code: 2, says: /a\.feature:2:3: the scenario "b" asserts nothing/ },
  { name: 'a scenario has no step', files: feature(), code: 2, says: /a\.feature:2: the scenario "b" has no step/ },
  { name: 'there is no feature file', files: {}, code: 3, says: /nothing ran: no scenario in features/ },
  {
    name: 'the only file named is missing',
    files: {},
    args: ['features/none.feature'],
    code: 3,
    says: /there is no features\/none\.feature/,
  },
  {
    name: 'a file named beside another is missing',
    files: feature('Then all is well'),
    args: ['features', 'none.feature'],
    code: 2,
    says: /there is no none\.feature/,
  },
  { name: 'a feature is empty', files: { 'features/a.feature': 'Feature: a\n' }, code: 3, says: /nothing ran/ },
  { name: 'a file is empty', files: { 'features/a.feature': '' }, code: 3, says: /nothing ran/ },
  {
    name: 'an outline has no example row',
    files: { 'features/a.feature': 'Feature: a\n  Scenario Outline: b\n    Then <x>\n    Examples:\n      | x |\n' },
    code: 3,
    says: /nothing ran/,
  },
  {
    name: 'no tag matches',
    files: feature('Then all is well'),
    args: ['--tags', '@none'],
    code: 3,
    says: /no scenario has the tags @none/,
  },
  { name: 'no name matches', files: feature('Then all is well'), args: ['--name', 'z'], code: 3, says: /no scenario's name matches z/ },
  { name: 'all is skipped', files: feature('Given a skip', 'Then all is well'), code: 3, says: /nothing ran/ },
  { name: 'something on the way is not modelled', files: feature('Then it ends with UnsupportedError'), code: 4, says: /1 cannot say/ },
  { name: 'hopspec itself fails', files: feature('Then it ends with TypeError'), code: 5, says: /this step broke: because TypeError/ },
  {
    name: 'a report cannot be written',
    files: feature('Then all is well'),
    args: ['-f', 'spec', '-f', 'junit:/proc/none/x.xml'],
    code: 6,
    says: /\/proc\/none\/x\.xml cannot be written/,
  },
  {
    name: 'the disk of a report is full',
    files: feature('Then all is well'),
    args: ['-f', 'spec', '-f', 'junit:/dev/full'],
    code: 6,
    says: /ENOSPC/,
  },
  {
    name: 'a list of what failed last time is empty',
    files: { ...feature('Then all is well'), '@rerun.txt': '' },
    args: ['@rerun.txt'],
    code: 3,
    says: /nothing ran/,
  },
  {
    name: 'a list of what failed last time is missing',
    files: feature('Then all is well'),
    args: ['@rerun.txt'],
    code: 3,
    says: /there is no @rerun\.txt/,
  },
  {
    name: 'a promise that nobody waits for is rejected',
    files: feature('Then nobody waits for what fails', 'Then all is well'),
    code: 5,
    says: /unheard/,
  },
  { name: 'an error comes after the last step', files: feature('Then it fails afterwards'), code: 5, says: /late/ },
  {
    name: 'a defect outweighs a wrong spec',
    files: two('Then it ends with TypeError', 'Then it ends with InputError'),
    code: 5,
    says: /1 wrong, 1 broken/,
  },
  {
    name: 'a wrong spec outweighs a failed claim',
    files: two('Then it ends with InputError', 'Then it ends with ClaimMismatch'),
    code: 2,
    says: /1 failed, 1 wrong/,
  },
  {
    name: 'a failed claim outweighs what cannot be said',
    files: two('Then it ends with ClaimMismatch', 'Then it ends with UnsupportedError'),
    code: 1,
    says: /1 failed, 1 cannot say/,
  },
  {
    name: 'what cannot be said outweighs an unwritten report',
    files: feature('Then it ends with UnsupportedError'),
    args: ['-f', 'junit:/proc/none/x.xml'],
    code: 4,
    says: /cannot be written/,
  },
  {
    name: 'one scenario that passes makes up for a skipped one',
    files: two('Given a skip\n    Then all is well', 'Then all is well'),
    code: 0,
    says: /1 passed, 1 skipped/,
  },
  {
    name: 'a path leaves the project',
    files: {},
    args: ['../elsewhere.feature'],
    code: 2,
    says: /\.\.\/elsewhere\.feature is outside the project/,
  },
  { name: 'an option is unknown', files: {}, args: ['--tag', '@a'], code: 2, says: /unknown option '--tag'/ },
  { name: 'a tag expression is wrong', files: feature('Then all is well'), args: ['--tags', '@a and and'], code: 2, says: /--tags: / },
  {
    name: "the project's own steps cannot be loaded",
    files: { ...feature('Then all is well'), 'features/steps.mjs': "import { nothing } from './none.mjs';\n" },
    code: 2,
    says: /the project's own steps cannot be loaded: /,
  },
  {
    name: "something of the project's own breaks outside of any step",
    files: { ...feature('Then all is well'), 'features/steps.mjs': `${STEPS}\nprocess.nextTick(() => { throw new Error('escaped'); });` },
    code: 5,
    says: /escaped/,
  },
  { name: 'a format is unknown', files: feature('Then all is well'), args: ['-f', 'junitt'], code: 2, says: /did you mean junit\?/ },
  { name: 'a shard is no part of the whole', files: {}, args: ['--shard', '3/2'], code: 2, says: /--shard 3\/2/ },
  {
    name: 'a shard without scenarios',
    files: feature('Then all is well'),
    args: ['--shard', '2/2'],
    code: 3,
    says: /no scenario is left for shard 2\/2/,
  },
  { name: 'a seed is not a number', files: {}, args: ['--seed', 'x'], code: 2, says: /a seed is a whole number/ },
  { name: 'there is no such judge', files: {}, args: ['--on', 'moon'], code: 2, says: /no such judge/ },
];

describe('hopspec run', { concurrency: 2, timeout: 600_000 }, () => {
  for (const { name, files = {}, args = [], code, says } of ROWS) {
    test(`${name}: exit ${code}`, async () => {
      const project = makeProject(files);
      try {
        const finished = await project.hopspec(['run', ...args]);
        const printed = finished.stdout + finished.stderr;
        assert.match(printed, says);
        assert.doesNotMatch(printed, /^\s+at .*:\d+:\d+/m, 'no stack trace');
        assert.equal(finished.code, code, printed);
      } finally {
        project.remove();
      }
    });
  }
});

const PAGE = fileURLToPath(new URL('../../../docs/reference/exit-codes.md', import.meta.url));

test('the page has every row', () => {
  const shown = readFileSync(PAGE, 'utf8');
  const table = ROWS.toSorted((a, b) => a.code - b.code).map(({ name, code }) => `| ${code} | ${name} |\n`);
  const wanted = shown.replace(/(\| code \| when \|\n\|---\|---\|\n)(?:\|.*\n)*/, (_, head: string) => head + table.join(''));
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, wanted);
  assert.equal(readFileSync(PAGE, 'utf8'), wanted);
});
