import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandReferences } from './expand.js';

const VALUES: Readonly<Record<string, string>> = { HOST: '10.0.0.1', PORT: '80', EMPTY: '', 'a.b': 'dotted' };

const cases: readonly (readonly [string, string, string])[] = [
  ['text without references stays', 'http://web', 'http://web'],
  ['a reference is replaced', '$(HOST)', '10.0.0.1'],
  ['several are', 'http://$(HOST):$(PORT)/', 'http://10.0.0.1:80/'],
  ['an empty value is a value', '<$(EMPTY)>', '<>'],
  ['what nobody has stays as written', '$(NOBODY)/$(HOST)', '$(NOBODY)/10.0.0.1'],
  ['two dollars are one, which begins nothing', '$$(HOST)', '$(HOST)'],
  ['three are a dollar and a reference', '$$$(HOST)', '$10.0.0.1'],
  ['a dollar at the end stays', '5$', '5$'],
  ['a dollar before a letter stays', '$HOST ${HOST}', '$HOST ${HOST}'],
  ['an open reference stays', '$(HOST', '$(HOST'],
  ['a name goes on to the first parenthesis', '$(a.b)$()', 'dotted$()'],
  ['what a value holds is not expanded again', '$(PORT)$(PORT)', '8080'],
];

for (const [name, text, expected] of cases) {
  test(`references: ${name}`, () =>
    assert.equal(
      expandReferences(text, (variable) => VALUES[variable]),
      expected,
    ));
}
