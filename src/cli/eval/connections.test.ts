/** The operations connect, use, trace of a connection, and lag: the same that sentences do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../index.js';
import { OPERATIONS } from './run-operation.js';
import { EvalWorld } from './world.js';

const pod = (name: string, node: string, labels = {}): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80 }] }] },
});
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } };

function script(): (op: string, fields?: unknown) => unknown {
  const world = new EvalWorld();
  const run = (op: string, fields?: unknown): unknown => OPERATIONS[op]?.(world, fields);
  run('cluster', { nodes: [{ name: 'node1' }, { name: 'node2' }] });
  run('apply', [pod('a', 'node1'), pod('b', 'node2', { app: 'web' }), service]);
  return run;
}

test('a connection stays with its endpoint, and says who answered it', () => {
  const run = script();
  const { connection, trace } = run('connect', { from: 'pod/a', to: 'svc/web', port: 80 }) as { connection: string; trace: Trace };
  assert.equal(connection, 'connection 1');
  assert.deepEqual(trace.outcomes[0]?.connection, { openedBy: 'pod/default/b', before: null, closed: false });
  run('label', { object: 'Pod/default/b', labels: { app: 'old' } });
  run('advance', '10s');
  assert.equal((run('trace', { from: 'pod/a', to: 'svc/web', port: 80 }) as Trace).outcomes[0]?.verdict, 'refused');
  assert.equal((run('trace', { connection }) as Trace).outcomes[0]?.verdict, 'delivered');
  run('delete', ['Pod/default/b']);
  const [closed] = (run('trace', { connection }) as Trace).outcomes;
  assert.deepEqual([closed?.verdict, closed?.connection?.closed], ['refused', true]);
});

test('a client that is gone has no connections', () => {
  const run = script();
  run('connect', { from: 'pod/a', to: 'svc/web', port: 80 });
  run('delete', ['Pod/default/a']);
  assert.throws(() => run('trace', { connection: 'connection 1' }), /pod\/default\/a, is no more/);
  assert.throws(() => run('use', { connection: 'connection 2' }), /there is no connection 2/);
});

test('a proxy that lags calls who was there', () => {
  const run = script();
  run('lag', { node: 'node1', by: '5s' });
  run('label', { object: 'Pod/default/b', labels: { app: 'old' } });
  run('settle');
  const verdict = (): unknown => (run('trace', { from: 'pod/a', to: 'svc/web', port: 80 }) as Trace).outcomes[0]?.verdict;
  assert.equal(verdict(), 'delivered');
  run('advance', '5s');
  assert.equal(verdict(), 'refused');
  assert.throws(() => run('lag', { agent: 'flanneld', by: '5s' }), /flanneld cannot lag/);
});
