/** Fields of a plan that say whose a socket is, whether it is transparent, and what time it is: read, written without loss, and refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { readPlan, writePlan } from '../plan-json.js';

const plan = (more: object): object => ({ schema: 'hopspec.dev/plan/v1', netns: { n: {} }, listeners: [], probes: [], ...more });
const LISTENER = { id: 'l', netns: 'n', proto: 'tcp', ip: '0.0.0.0', port: 80 };
const PROBE = { id: 'p', netns: 'n', proto: 'tcp', dst: '127.0.0.1', dport: 80 };

describe('read, and written again without loss:', () => {
  for (const [what, more] of [
    ['the user and group of a listener', { listeners: [{ ...LISTENER, uid: 1337, gid: 7 }] }],
    ['a transparent listener', { listeners: [{ ...LISTENER, transparent: true }] }],
    ['the user and group of a client', { probes: [{ ...PROBE, uid: 1337, gid: 7 }] }],
    ['the time', { epoch: 1_795_000_000 }],
  ] as const) {
    it(what, () => {
      const written = writePlan(readPlan(plan(more), 'plan')) as Record<string, unknown>;
      for (const [field, value] of Object.entries(more)) assert.deepEqual(written[field], value);
    });
  }
});

describe('refused with its place:', () => {
  for (const [what, more, kind, message] of [
    ['a negative user', { listeners: [{ ...LISTENER, uid: -1 }] }, InputError, /listeners\[0\]\.uid/],
    ['a group that is no number', { probes: [{ ...PROBE, gid: 'root' }] }, InputError, /probes\[0\]\.gid/],
    ['transparency that is a number', { listeners: [{ ...LISTENER, transparent: 1 }] }, InputError, /listeners\[0\]\.transparent/],
    ['a time before 1970', { epoch: -5 }, InputError, /epoch/],
    ['ebtables', { netns: { n: { ebtables: '' } } }, UnsupportedError, /netns\.n\.ebtables: ebtables is not modelled/],
    ['arptables', { netns: { n: { arptables: '' } } }, UnsupportedError, /netns\.n\.arptables: arptables is not modelled/],
  ] as const) {
    it(what, () =>
      assert.throws(
        () => readPlan(plan(more), 'plan'),
        (error) => error instanceof kind && message.test(error.message),
      ),
    );
  }
});
