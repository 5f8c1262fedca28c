import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runPlan } from '../kernel/run-plan.js';
import type { Plan } from '../plan/plan.js';
import { readPlan } from '../plan/plan-json.js';
import { flowJson } from '../trace/flow-json.js';
import { type Path, pathOf } from '../trace/path.js';
import { compareAnswer } from './compare/compare-flow.js';
import { comparePath } from './compare/compare-path.js';
import { PortNames } from './compare/port-names.js';
import { runLab } from './run-lab.js';
import { labSkip } from './testing/lab-skip.test.js';

const PLANS = new URL('../../fixtures/plan/', import.meta.url);

describe('the real kernel takes the way that the simulated one takes', { skip: labSkip(true) }, () => {
  for (const name of readdirSync(PLANS).filter((file) => file.endsWith('.json'))) {
    it(`with every probe of ${name}, hook by hook and rule by rule`, () => {
      assert.deepEqual(differences(readPlan(readFileSync(new URL(name, PLANS), 'utf8'), name)), []);
    });
  }
});

function differences(plan: Plan): readonly string[] {
  const simulated = new Map(runPlan(plan, { record: true }).map(({ id, flows: [flow] }) => [id, flow ?? assert.fail(id)]));
  const probes = plan.probes.map((probe) => ({ ...probe, timeoutMs: simulated.get(probe.id)?.verdict === 'timeout' ? 150 : 5000 }));
  return runLab({ ...plan, probes }, { trace: true }).probes.flatMap(({ id, flows: [real] }) => {
    const record = simulated.get(id) ?? assert.fail(id);
    const flow = flowJson(record);
    const ports = new PortNames(flow.local, real?.local ?? null);
    const difference = compareAnswer(flow, real ?? assert.fail(id)) ?? comparePath(pathOf(record), real?.path as Path, ports);
    return difference === undefined ? [] : [`${id}: ${difference.what}: ${difference.simulated}, but Linux: ${difference.real}`];
  });
}
