import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClaimMismatch } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { createSimulation, readClusterSpec } from '../../index.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import { compareRuns } from './compare-runs.js';
import { triesFor } from './tries.js';

const simulation = createSimulation(readClusterSpec({ nodes: [{ name: 'node1' }, { name: 'node2' }] }));
const pod = (name: string, node: string, app = name): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app } },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
});
simulation.applyObjects(
  [
    pod('client', 'node1'),
    pod('web1', 'node1', 'web'),
    pod('web2', 'node2', 'web'),
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
  ],
  'test',
);
const connection = simulation.resolve({ from: 'pod/client', to: 'svc/web' });
const foreseen = simulation.walk(connection.source, connection.destination, true);
const records = foreseen.map(({ record }) => record);
const first = records[0] as FlowRecord;

function told(real: readonly FlowRecord[]): string {
  try {
    compareRuns(connection, foreseen, real);
    return '';
  } catch (error) {
    assert.ok(error instanceof ClaimMismatch);
    return error.message;
  }
}

describe('judges that disagree', () => {
  it('is not what equal records are', () => assert.equal(told(records), ''));

  it('show what differs of the answer', () => {
    const message = told([{ ...first, seenSrc: { ip: parseIp('192.168.1.10') ?? 0, port: 1 } }]);
    assert.match(message, /^the simulated and the real kernel disagree about pod\/default\/client to svc\/default\/web/);
    assert.match(
      message,
      /differs: {4}seen_src\n {2}simulated: {2}10\.244\.\d\.\d, port kept\n {2}real: {7}192\.168\.1\.10, port changed$/,
    );
  });

  it('show both paths up to where they part', () => {
    const events = first.events.map((event) =>
      event.kind === 'hook' && event.rules.length > 3 ? { ...event, rules: event.rules.slice(0, -1) } : event,
    );
    const message = told([{ ...first, events }]);
    assert.match(message, /differs: {4}rules in step \d+ in node1 of /);
    const [, simulated = '', real = ''] = /simulated path:\n([^]*?)\n {2}real path:\n([^]*)$/.exec(message) ?? [];
    const [mine, theirs] = [simulated.split('\n'), real.split('\n')];
    assert.equal(mine.length, theirs.length);
    assert.deepEqual(mine.slice(0, -1), theirs.slice(0, -1));
    assert.notEqual(mine.at(-1), theirs.at(-1));
  });

  it('say which outcome was never seen, in so many tries that it should have been', () => {
    const tries = triesFor(foreseen);
    assert.match(told(new Array<FlowRecord>(tries).fill(first)), new RegExp(`never, in ${tries} connections`));
    assert.equal(told(new Array<FlowRecord>(tries - 2).fill(first)), '');
  });
});
