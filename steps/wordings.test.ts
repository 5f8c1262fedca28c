/** `hopspec steps` lists what is registered, no more and no less, with examples that really match. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { loadConfiguration, loadSupport } from '@cucumber/cucumber/api';
import { WORDINGS } from '../src/report/wordings.js';

/** The part of Cucumber's library that its types keep to themselves. */
interface Definition {
  readonly pattern: unknown;
  readonly code: unknown;
  matchesStepName(text: string): boolean;
}

let definitions: readonly Definition[] = [];

before(async () => {
  const { runConfiguration } = await loadConfiguration({ file: false });
  const support = { ...runConfiguration.support, importPaths: [fileURLToPath(new URL('./index.ts', import.meta.url))] };
  const library: unknown = await loadSupport({ sources: runConfiguration.sources, support });
  definitions = (library as { stepDefinitions: readonly Definition[] }).stepDefinitions;
});

test('every registered wording is listed', () => {
  const listed = new Set(WORDINGS.map((wording) => wording.expression));
  assert.deepEqual(
    definitions.map((definition) => String(definition.pattern)).filter((pattern) => !listed.has(pattern)),
    [],
  );
});

test('every listed wording is registered', () => {
  const registered = new Set(definitions.map((definition) => String(definition.pattern)));
  assert.deepEqual(
    WORDINGS.map((wording) => wording.expression).filter((expression) => !registered.has(expression)),
    [],
  );
});

test('every example matches its wording and no other', () => {
  for (const { expression, example } of WORDINGS) {
    const text = example.replace(/^(Given|When|Then|And) /, '');
    const matching = definitions.filter((definition) => definition.matchesStepName(text)).map((definition) => String(definition.pattern));
    assert.deepEqual(matching, [expression], example);
  }
});

test('every wording says so when its behaviour is not modelled yet', () => {
  for (const { expression, notYet } of WORDINGS) {
    const definition = definitions.find((candidate) => candidate.pattern === expression);
    assert.equal(/throw (\(0, )?\w*\.?unsupported/.test(String(definition?.code)), notYet === true, expression);
  }
});
