import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PortList } from './port-list.js';
import type { ProxyPort } from './service-port.js';

const NODES = ['node1', 'node2', 'node3'];

interface Step {
  readonly at: number;
  readonly count: number;
  /** On which nodes the new ports have endpoints. */
  readonly now: readonly (readonly string[])[];
  /** Which of the lists so far is read after the change, and how: nothing is read by `none`. */
  readonly look: number;
  readonly how: 'all' | 'at' | 'isOn' | 'none';
}
const STEP: fc.Arbitrary<Step> = fc.record({
  at: fc.nat(8),
  count: fc.nat(3),
  now: fc.array(fc.subarray(NODES), { maxLength: 3 }),
  look: fc.nat(20),
  how: fc.constantFrom('all', 'at', 'isOn', 'none'),
});

const port = (nodes: readonly string[]): ProxyPort => ({ scan: { nodes } }) as unknown as ProxyPort;

function check(list: PortList, wanted: readonly ProxyPort[], how: Step['how']): void {
  if (how === 'all') assert.deepEqual(list.all, wanted);
  if (how === 'at') for (let i = 0; i <= wanted.length; i++) assert.equal(list.at(i), wanted[i]);
  if (how !== 'isOn') return;
  for (const node of NODES)
    assert.equal(
      list.isOn(node),
      wanted.some(({ scan }) => scan.nodes.includes(node)),
      node,
    );
}

test('every list reads as if the whole had been copied at every change', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 30 }), (steps) => {
      const lists = [new PortList([])];
      const copies: (readonly ProxyPort[])[] = [[]];
      const handedOut: (readonly [readonly ProxyPort[], readonly ProxyPort[]])[] = [];
      for (const { at, count, now, look, how } of steps) {
        const last = copies.at(-1) ?? [];
        const from = Math.min(at, last.length);
        const ports = now.map(port);
        lists.push((lists.at(-1) as PortList).with(from, count, ports));
        copies.push([...last.slice(0, from), ...ports, ...last.slice(from + count)]);
        const one = look % lists.length;
        check(lists[one] as PortList, copies[one] ?? [], how);
        if (how === 'all') handedOut.push([(lists[one] as PortList).all, copies[one] ?? []]);
      }
      for (const [i, list] of lists.entries()) {
        assert.equal(list.length, copies[i]?.length);
        for (const how of ['isOn', 'at', 'all'] as const) check(list, copies[i] ?? [], how);
      }
      for (const [array, wanted] of handedOut) assert.deepEqual(array, wanted);
    }),
  );
});

test('nothing is copied while nobody holds a list as a whole', () => {
  const [a, b, c] = [port([]), port([]), port([])];
  const items = [a, b];
  const changed = new PortList(items).with(1, 1, [c]);
  assert.equal(changed.all, items);
  assert.notEqual(changed.with(0, 1, [b]).all, items);
});
