import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../base/errors.js';
import { readManifests } from './read.js';

const read = (text: string): unknown => readManifests(text, 'a.yaml').map(({ value }) => value);

const VALUES: readonly (readonly [says: string, text: string, values: readonly unknown[]])[] = [
  ['several documents, empty ones skipped', '---\n\n---\na: 1\n---\n# nothing\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
  ['JSON', '{"a": [1, true, null]}', [{ a: [1, true, null] }]],
  ['bare yes and off are truth values, quoted ones are text', 'a: yes\nb: off\nc: "yes"\nd: y', [{ a: true, b: false, c: 'yes', d: true }]],
  ['a leading zero is octal', 'mode: 0644\nport: "0644"', [{ mode: 420, port: '0644' }]],
  ['ports with a colon are text', 'a: 80:80', [{ a: '80:80' }]],
  ['block text', 'a: |\n  x\n  y\n', [{ a: 'x\ny\n' }]],
  ['anchors and aliases', 'a: &x {b: 1}\nc: *x', [{ a: { b: 1 }, c: { b: 1 } }]],
  ['merge keys, own fields first', 'a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}', [{ a: { b: 1, c: 2 }, d: { c: 3, b: 1 } }]],
  ['numbers as keys are text', '80: a', [{ 80: 'a' }]],
  ['a List is opened', 'kind: List\nitems: [{kind: A}, {kind: List, items: [{kind: B}]}]', [{ kind: 'A' }, { kind: 'B' }]],
  ['items of a typed List get its kind', 'kind: PodList\nitems: [{metadata: {name: a}}]', [{ metadata: { name: 'a' }, kind: 'Pod' }]],
  ['windows line ends', 'a: 1\r\nb: 2\r\n', [{ a: 1, b: 2 }]],
  ['a byte order mark', '\ufeffa: 1', [{ a: 1 }]],
  ['text without documents', '# only a comment\n', []],
];
for (const [says, text, values] of VALUES) test(`manifests: ${says}`, () => assert.deepEqual(read(text), values));

const PLACES: readonly (readonly [says: string, path: string, part: 'key' | 'value', place: string])[] = [
  ['a value', 'spec.ports[1].port', 'value', '5:11'],
  ['a name', 'spec.ports[1].port', 'key', '5:5'],
  ['a key with dots', 'metadata.labels[app.kubernetes.io/name]', 'value', '8:36'],
  ['an absent field is where its parent is', 'spec.selector.app', 'value', '1:1'],
  ['an absent item is where its list is', 'spec.ports[7].port', 'value', '2:3'],
];
const TEXT = 'spec:\n  ports:\n  - name: a\n    port: 80\n  - port: 81\n    name: b\nmetadata:\n  labels: {app.kubernetes.io/name: x}\n';
for (const [says, path, part, place] of PLACES) {
  test(`places: ${says}`, () => {
    const position = readManifests(TEXT, 'a.yaml')[0]?.position(path, part);
    assert.equal(`${position?.line}:${position?.column}`, place);
  });
}

test("places: of a List's items", () => {
  const [, second] = readManifests('kind: List\nitems:\n- kind: A\n- kind: B\n  x: 1\n', 'a.yaml');
  assert.equal(second?.position('x')?.line, 5);
});

test('places: of large JSON are found when asked for', () => {
  const text = JSON.stringify({ kind: 'A', data: 'x'.repeat(70_000), spec: { port: 80 } }, null, 1);
  const position = readManifests(text, 'a.json')[0]?.position('spec.port');
  assert.equal(position?.text?.trim(), '"port": 80');
});

test('places: of JSON too large to look for them are unknown', () => {
  const text = JSON.stringify(Array.from({ length: 40_000 }, () => ({ a: { b: [1, 2] } })));
  assert.equal(readManifests(text, 'a.json')[0]?.position('a'), undefined);
});

test('places: a duplicate key in large JSON', () => {
  const text = `{"data": "${'x'.repeat(70_000)}",\n "a": 1,\n "a": 2}`;
  assert.throws(
    () => readManifests(text, 'a.json'),
    (error) => error instanceof InputError && error.code === 'duplicate-key' && error.problems[0]?.position?.line === 3,
  );
});

const MIB = 1024 * 1024;
const fill = (part: string): string => part.repeat(Math.floor(MIB / part.length));
const JUNK: readonly (readonly [says: string, text: string, code: string | undefined])[] = [
  ['open brackets', fill('['), 'nested-too-deep'],
  ['open braces', fill('{'), 'nested-too-deep'],
  ['braces with keys', fill('{a: '), 'nested-too-deep'],
  ['JSON braces', fill('{"a":'), 'nested-too-deep'],
  ['closed JSON braces', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'nested-too-deep'],
  ['dashes', fill('- '), 'nested-too-deep'],
  ['question marks', fill('? '), 'nested-too-deep'],
  ['stairs', Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'nested-too-deep'],
  ['one endless map', Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n'), 'document-too-large'],
  ['the same key again and again', fill('a: b\n'), 'document-too-large'],
  ['anchors', Array.from({ length: 60_000 }, (_, i) => `k${i}: &a${i} 1`).join('\n'), 'document-too-large'],
  ['documents', fill('---\na: 1\n'), 'too-many-documents'],
  ['quotes', fill('"\n'), 'yaml-syntax'],
  ['closing braces', fill('}\n'), 'yaml-syntax'],
  ['directives', fill('%a\n'), 'yaml-syntax'],
  [
    'laughter',
    `a: &a [x, x, x, x]\n${Array.from('bcdefghijklmnopqrstuvw', (c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghijklmnopqrstuvw'[i]}`)}]`).join('\n')}`,
    'alias-bomb',
  ],
];
for (const [says, text, code] of JUNK) {
  test(`junk ends soon, with a clear error: ${says}`, () => {
    const before = process.cpuUsage();
    assert.throws(
      () => read(text),
      (error) => error instanceof InputError && error.code === code && error.message.length < 4000,
    );
    const { user } = process.cpuUsage(before);
    assert.ok(user < 2_500_000, `took ${user} µs of computing, even for a slow machine too long`);
  });
}

test('a file beyond all measure is not even looked at', () => {
  assert.throws(
    () => read('x'.repeat(33 * MIB)),
    (error) => error instanceof InputError && error.code === 'file-too-large',
  );
});

test('a key called __proto__ is a key', () => {
  const [value] = read('{"__proto__": {"a": 1}, "b": 2}') as [object];
  assert.deepEqual(Object.keys(value), ['__proto__', 'b']);
  assert.equal(({} as { a?: number }).a, undefined);
});
