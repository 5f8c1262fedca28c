import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { printMermaid } from './print-mermaid.js';
import type { Hop, Outcome, Trace } from './trace.js';

const SERVICE = JSON.parse(readFileSync(fileURLToPath(new URL('../../fixtures/trace/service.json', import.meta.url)), 'utf8')) as Trace;

const lines = (trace: Trace): readonly string[] => printMermaid(trace).trimEnd().split('\n');

test('every namespace is a participant in the box of its node, and every arrow goes between two of them', () => {
  const text = printMermaid(SERVICE);
  const declared = [...text.matchAll(/^ {4}participant (n\d+) as (\S+)$/gm)].map(([, id, netns]) => [id, netns]);
  const namespaces = new Set(SERVICE.outcomes.flatMap(({ request, reply }) => [...request, ...reply]).map(({ netns }) => netns));
  assert.deepEqual(declared.map(([, netns]) => netns).sort(), [...namespaces].sort());
  const ids = new Set(declared.map(([id]) => id));
  const used = [...text.matchAll(/^ *(?:Note over (n\d+)|(n\d+)--?>>(n\d+)):/gm)].flatMap(([, a, b, c]) =>
    [a, b, c].filter((id) => id !== undefined),
  );
  assert.ok(used.length > 0);
  assert.deepEqual(
    used.filter((id) => !ids.has(id)),
    [],
  );
});

test('blocks are closed, and every line is one of the language', () => {
  const opened = lines(SERVICE).filter((line) => /^ *(box|alt) /.test(line)).length;
  assert.equal(lines(SERVICE).filter((line) => /^ *end$/.test(line)).length, opened);
  const [first, ...rest] = lines(SERVICE);
  assert.equal(first, 'sequenceDiagram');
  for (const line of rest) assert.match(line, /^ +(box .+|end|(alt|else) .+|participant n\d+ as .+|Note over n\d+: .+|n\d+--?>>n\d+: .+)$/);
});

test('translations are notes', () => assert.match(printMermaid(SERVICE), /Note over n\d+: DNAT to /));

test('what ends a line in Mermaid does not end one here', () => {
  const hop: Hop = { t: 0, node: 'a', netns: 'a', device: 'eth0', stage: 'drop', packet: 'IP', change: null, rules: [], verdict: 'x;#y' };
  const outcome = {
    ...(SERVICE.outcomes[0] as Outcome),
    verdict: 'timeout' as const,
    server: null,
    cause: null,
    request: [hop],
    reply: [],
  };
  assert.deepEqual(lines({ ...SERVICE, outcomes: [outcome] }), [
    'sequenceDiagram',
    '  box a',
    '    participant n1 as a',
    '  end',
    '  Note over n1: dropped: x#59;#35;y',
    '  Note over n1: timeout',
  ]);
});
