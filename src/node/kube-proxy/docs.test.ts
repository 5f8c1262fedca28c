/** docs/services.md speaks of every field there is, and of scenarios that are there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { kubernetesStructures } from '../../manifest/schema/structure.js';
import { PROXY_FIELDS } from './config.js';

const ROOT = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/services.md', ROOT), 'utf8');
const [, spec = '', proxy = ''] = text.split(/^## /m);

/** The names in the first column. */
const named = (section: string): readonly string[] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''))
    .sort();

test('every field of a Service has a line', () => {
  assert.deepEqual(named(spec), [...(kubernetesStructures('ServiceSpec')?.keys() ?? [])].sort());
});

test("every field of kube-proxy's configuration has a line", () => assert.deepEqual(named(proxy), Object.keys(PROXY_FIELDS).sort()));

for (const [, path = '', name = ''] of text.matchAll(/\(\.\.\/([^)]+\.feature)\): ([^|]+) \|/g)) {
  test(`${path} has the scenario "${name.trim()}"`, () => {
    const feature = readFileSync(new URL(path, ROOT), 'utf8');
    assert.ok(feature.split('\n').some((line) => line.replace(/^ *Scenario(?: Outline)?: /, '') === name.trim()));
  });
}
