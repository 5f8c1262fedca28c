import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../api/store.js';
import type { Pod, PodSpec } from '../api/types/core.js';
import { nodes, pod } from '../controllers/world.test.js';
import { schedule } from './schedule.js';

function asking(cpu: string, priority: number, more: Partial<PodSpec> = {}): Partial<PodSpec> {
  return { containers: [{ name: 'c', resources: { requests: { cpu } } }], priority, ...more };
}

/** NAME@NODE CPU PRIORITY [START] of the pods that run. */
function running(texts: readonly string[]): Pod[] {
  return texts.map((text) => {
    const [name = '', on, cpu = '', priority, startTime] = text.split(/[@ ]/);
    const one = pod(name, { nodeName: `node${on}`, ...asking(cpu, Number(priority)) });
    return startTime === undefined ? one : { ...one, status: { startTime } };
  });
}

const CASES: readonly { name: string; there: readonly string[]; pod?: Partial<PodSpec>; gives: string }[] = [
  { name: 'nobody of lower priority', there: ['a@1 4 10', 'b@2 4 10'], gives: '-' },
  { name: 'the lowest highest priority among the victims', there: ['a@1 4 5', 'b@2 4 3'], gives: 'node2: b' },
  { name: 'then the smaller sum', there: ['a@1 2 3', 'b@1 2 3', 'c@2 2 3', 'd@2 2 1'], gives: 'node2: c d' },
  { name: 'of one sum the fewer', there: ['a@1 2 3', 'b@1 2 -9', 'c@2 4 3'], gives: 'node2: c' },
  {
    name: 'then the one whose victim started later',
    there: ['a@1 4 3 2026-01-01T00:00:00Z', 'b@2 4 3 2026-01-01T01:00:00Z'],
    gives: 'node2: b',
  },
  { name: 'then by name', there: ['a@1 4 3', 'b@2 4 3'], gives: 'node1: a' },
  {
    name: 'who need not go stays, the most important first',
    there: ['a@1 2 1', 'b@1 1 2', 'c@1 1 3', 'd@2 4 10'],
    pod: asking('3', 10),
    gives: 'node1: b a',
  },
  {
    name: 'preemptionPolicy Never',
    there: ['a@1 4 1', 'b@2 4 1'],
    pod: asking('4', 10, { preemptionPolicy: 'Never' } as Partial<PodSpec>),
    gives: '-',
  },
  { name: 'a request no node can hold is not helped', there: ['a@1 4 1', 'b@2 4 1'], pod: asking('5', 10), gives: '-' },
];

for (const { name, there, pod: spec = asking('4', 10), gives } of CASES) {
  test(name, () => {
    const store = createStore({ nowText: () => '2026-01-01T02:00:00Z' });
    for (const object of [...nodes(2), ...running(there)]) store.create(object);
    const { node, nominated, victims } = schedule(pod('p', spec), store.view());
    assert.equal(node, undefined);
    assert.equal(nominated === undefined ? '-' : `${nominated}: ${victims.map((key) => key.replace('default/', '')).join(' ')}`, gives);
  });
}
