import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../world.test.js';
import { maxSurge, maxUnavailable } from './strategy.js';

type Value = number | string;
const CASES: readonly { name: string; replicas: number; surge?: Value; unavailable?: Value; gives: [number, number] }[] = [
  { name: 'the default 25% of 4 is one each', replicas: 4, gives: [1, 1] },
  { name: 'surge rounds up and unavailable down', replicas: 10, gives: [3, 2] },
  { name: 'one replica may surge and may not be missing', replicas: 1, gives: [1, 0] },
  { name: 'numbers are taken as they are', replicas: 3, surge: 2, unavailable: 1, gives: [2, 1] },
  { name: 'both zero make one unavailable', replicas: 5, surge: 0, unavailable: 0, gives: [0, 1] },
  {
    name: 'zero surge and a percentage that rounds to nothing make one unavailable',
    replicas: 3,
    surge: 0,
    unavailable: '25%',
    gives: [0, 1],
  },
  { name: 'no more can be unavailable than are wanted', replicas: 2, surge: 1, unavailable: 5, gives: [1, 2] },
  { name: 'nothing wanted, nothing unavailable', replicas: 0, gives: [0, 0] },
];

for (const { name, replicas, surge, unavailable, gives } of CASES) {
  test(name, () => {
    const rollingUpdate = {
      ...(surge === undefined ? {} : { maxSurge: surge }),
      ...(unavailable === undefined ? {} : { maxUnavailable: unavailable }),
    };
    const web = deployment('web', { replicas, strategy: { type: 'RollingUpdate', rollingUpdate } });
    assert.deepEqual([maxSurge(web), maxUnavailable(web)], gives);
  });
}

test('Recreate has neither', () => {
  const web = deployment('web', { replicas: 4, strategy: { type: 'Recreate' } });
  assert.deepEqual([maxSurge(web), maxUnavailable(web)], [0, 0]);
});
