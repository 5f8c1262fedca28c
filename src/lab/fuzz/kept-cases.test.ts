/**
 * What Linux answered once, put to the simulated kernel again: flows of random plans (fixtures/kernel/fuzz), and every difference that was
 * ever found, made small (fixtures/regressions). Needs no namespaces.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { judgesOn } from '../../sim/fuzz-api.js';
import { type KeptCase, replay } from './case-file.js';

for (const folder of ['fixtures/kernel/fuzz', 'fixtures/regressions']) {
  describe(`the simulated kernel answers as Linux did: ${folder}`, () => {
    for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
      const kept = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as KeptCase;
      it(kept.name, () => assert.deepEqual(replay(kept, judgesOn(undefined).simulate).differences, []));
    }
  });
}
