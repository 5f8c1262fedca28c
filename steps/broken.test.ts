/** Every claim that has a binding has a step under fixtures/broken that fails: an assertion that cannot fail asserts nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { before, describe, test } from 'node:test';
import { loadConfiguration, loadSupport } from '@cucumber/cucumber/api';
import { WORDINGS } from '../src/report/wordings.js';

/** The part of Cucumber's library that its types keep to themselves. */
interface Definition {
  readonly pattern: unknown;
  matchesStepName(text: string): boolean;
}

const ROOT = new URL('../', import.meta.url);
const EXPECTED = readFileSync(new URL('fixtures/broken/expected.txt', ROOT), 'utf8');

/** The steps that failed, by the places that the report gives. */
const failing = [...EXPECTED.matchAll(/^ +(fixtures\/broken\/\S+):(\d+):\d+$/gm)].map(([, path = '', line]) => {
  const text = readFileSync(new URL(path, ROOT), 'utf8').split('\n')[Number(line) - 1] ?? '';
  return text.replace(/^ *(?:Given|When|Then|And|But) /, '');
});

let definitions: readonly Definition[] = [];

before(async () => {
  const { runConfiguration } = await loadConfiguration({ file: false });
  const support = { ...runConfiguration.support, importPaths: [fileURLToPath(new URL('index.ts', import.meta.url))] };
  const library: unknown = await loadSupport({ sources: runConfiguration.sources, support });
  definitions = (library as { stepDefinitions: readonly Definition[] }).stepDefinitions;
});

describe('fails at least once', () => {
  for (const { group, expression, notYet } of WORDINGS) {
    if (!group.startsWith('Then') || notYet) continue;
    test(expression, () => {
      const definition = definitions.find(({ pattern }) => pattern === expression);
      assert.ok(definition, 'it has no binding');
      assert.ok(
        failing.some((step) => definition.matchesStepName(step)),
        'no step of fixtures/broken that fails is one of these',
      );
    });
  }
});
