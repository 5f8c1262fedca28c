import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import type { Pod } from '../../api/types/core.js';
import { pod } from '../../controllers/world.test.js';
import { listeners } from './listeners.js';

const TWO = [
  { name: 'web', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' as const }] },
  { name: 'side', ports: [{ containerPort: 81 }] },
];
const RUNNING = { ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
const WAITING = { ready: false, restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } };

function listening(containers: Pod['spec']['containers'], annotation?: string, status?: Pod['status']): string {
  const one = pod('a', { containers }, annotation === undefined ? {} : { annotations: { [ANNOTATIONS.listen]: annotation } });
  const all = listeners(status === undefined ? one : { ...one, status });
  return all.map(({ container, proto, port }) => `${container}=${proto}:${port}`).join(' ');
}

const CASES: readonly {
  name: string;
  gives: string;
  annotation?: string;
  containers?: Pod['spec']['containers'];
  status?: Pod['status'];
}[] = [
  { name: 'the declared ports, TCP unless said otherwise', gives: 'web=tcp:80 web=udp:53 side=tcp:81' },
  {
    name: 'the annotation overrides them; an entry belongs to the container that declares it, else to the first',
    annotation: 'tcp:8080, udp:53,tcp:81',
    gives: 'web=tcp:8080 web=udp:53 side=tcp:81',
  },
  { name: 'an empty annotation: nothing', annotation: '', gives: '' },
  {
    name: 'a container that does not run does not listen',
    status: {
      containerStatuses: [
        { name: 'web', ...RUNNING },
        { name: 'side', ...WAITING },
      ],
    },
    gives: 'web=tcp:80 web=udp:53',
  },
  {
    name: 'of two on one port the first',
    containers: [
      { name: 'x', ports: [{ containerPort: 80 }] },
      { name: 'y', ports: [{ containerPort: 80 }] },
    ],
    gives: 'x=tcp:80',
  },
  { name: 'a finished pod listens on nothing', status: { phase: 'Succeeded' }, gives: '' },
];

for (const { name, gives, annotation, containers = TWO, status } of CASES) {
  test(name, () => assert.equal(listening(containers, annotation, status), gives));
}

for (const entry of ['http:80', 'tcp:0', 'tcp:65536', 'tcp', '80']) {
  test(`the entry "${entry}" is refused`, () => {
    assert.throws(() => listening(TWO, entry), {
      name: 'InputError',
      message: new RegExp(`has the entry "${entry}"[^]*fix: write entries such as tcp:8080`),
    });
  });
}
