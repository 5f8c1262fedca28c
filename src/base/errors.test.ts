import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClaimMismatch, formatProblem, InputError, inputError, InvariantError, UnsupportedError, unsupported } from './errors.js';

test('a problem says where, shows the line with a caret, and how to mend it', () => {
  const position = { file: 'a.yaml', line: 3, column: 7, text: 'spec: replica', width: 7 };
  assert.equal(
    formatProblem({ code: 'unknown-field', message: 'unknown field "replica"', fix: 'did you mean "replicas"?', position }),
    ['a.yaml:3:7: unknown field "replica"', '  | spec: replica', '  |       ^^^^^^^', '  fix: did you mean "replicas"?'].join('\n'),
  );
});

test('a long line is cut around the caret', () => {
  const text = `${'x'.repeat(300)}BAD${'y'.repeat(300)}`;
  const [, shown, caret] = formatProblem({ code: 'c', message: 'm', position: { file: 'f', line: 1, column: 301, text, width: 3 } }).split(
    '\n',
  );
  assert.ok((shown as string).length <= 100);
  assert.equal((shown as string).slice((caret as string).indexOf('^'), (caret as string).lastIndexOf('^') + 1), 'BAD');
});

test('a user sees a message and never our stack', () => {
  const error = inputError('bad', 'it is bad');
  assert.equal(error.stack, 'InputError: it is bad');
  assert.ok(error instanceof InputError);
  assert.equal(unsupported('x', 'y').name, 'UnsupportedError');
  assert.ok(unsupported('x', 'y') instanceof UnsupportedError);
  assert.equal(new ClaimMismatch([{ code: 'a', message: 'b' }]).code, 'a');
});

test('all problems stand in one message; our own bug keeps its stack', () => {
  assert.equal(
    new InputError([
      { code: 'a', message: 'one' },
      { code: 'b', message: 'two' },
    ]).message,
    'one\n\ntwo',
  );
  assert.match(new InvariantError('impossible').stack ?? '', /errors\.test\.ts/);
});
