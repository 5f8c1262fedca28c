/** Every wording has a step under features/, all of which pass; and every claim one under fixtures/broken that fails: what cannot fail asserts nothing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
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

const FEATURES = new URL('features/', ROOT);
const shipped = readdirSync(FEATURES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.feature'))
  .flatMap((name) => readFileSync(new URL(name, FEATURES), 'utf8').split('\n'))
  .flatMap((line) => /^ *(?:Given|When|Then|And|But) (.*)$/.exec(line)?.[1] ?? []);

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

describe('holds at least once', () => {
  for (const { expression, notYet } of WORDINGS) {
    if (notYet) continue;
    test(expression, () => {
      const definition = definitions.find(({ pattern }) => pattern === expression);
      assert.ok(
        shipped.some((step) => definition?.matchesStepName(step)),
        'no step of features/ is one of these',
      );
    });
  }
});
