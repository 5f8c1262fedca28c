/** docs/dns.md speaks of every plug-in and option there is, and of scenarios that are there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FORWARD_OPTIONS } from './coredns/forward.js';
import { KNOWN } from './coredns/kubernetes-settings.js';
import { INERT, ORDER } from './coredns/serve.js';

const ROOT = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/dns.md', ROOT), 'utf8');
const section = (title: string): string => text.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? '';

/** The names in the first column. */
const named = (title: string): readonly string[] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''))
    .sort();

test('every plug-in has a line', () => assert.deepEqual(named('Corefile'), [...ORDER, ...INERT].sort()));
test('every option of kubernetes has a line', () => assert.deepEqual(named('The block of kubernetes'), [...KNOWN].sort()));
test('every option of forward has a line', () => assert.deepEqual(named('The block of forward'), [...FORWARD_OPTIONS].sort()));

for (const [, path = '', name = ''] of text.matchAll(/\(\.\.\/([^)]+\.feature)\): ([^|\n]+?)(?: \||$)/gm)) {
  test(`${path} has the scenario "${name.trim()}"`, () => {
    const feature = readFileSync(new URL(path, ROOT), 'utf8');
    assert.ok(feature.split('\n').some((line) => line.replace(/^ *Scenario(?: Outline)?: /, '') === name.trim()));
  });
}
