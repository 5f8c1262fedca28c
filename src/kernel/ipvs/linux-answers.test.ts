/**
 * IPVS put to Linux and to this kernel. The answers of Linux stand in fixtures/kernel/ipvs, one line for each probe; they are those of Debian's 6.1
 * in a guest machine, for few kernels at hand have ip_vs. With HOPSPEC_UPDATE_GOLDEN=1 HOPSPEC_KERNEL=qemu it is asked again.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ASK_LINUX, askLinuxIfAble } from '../../lab/testing/ask-linux.js';
import type { Plan } from '../../plan/plan.js';
import { flowJson } from '../../trace/flow-json.js';
import { runPlan } from '../run-plan.js';
import { answerText } from '../testing/probe-text.js';
import { IPVS_STORIES } from './testing/ipvs-stories.js';
import { IPVS_VARIANTS } from './testing/ipvs-variants.js';

type Answer = Parameters<typeof answerText>[0];

function ask(plan: Plan): string {
  return text(runPlan(plan).map(({ id, flows }) => ({ id, flows: flows.map(flowJson) })));
}

function text(probes: readonly { readonly id: string; readonly flows: readonly Answer[] }[]): string {
  return probes.flatMap(({ id, flows }) => flows.map((flow) => `${id} → ${answerText(flow)}\n`)).join('');
}

describe('IPVS answers as Linux does:', () => {
  for (const [name, sentence, plan] of [...IPVS_VARIANTS, ...IPVS_STORIES]) {
    it(sentence, () => {
      const file = `fixtures/kernel/ipvs/${name}.txt`;
      const told = ASK_LINUX ? askLinuxIfAble(plan) : undefined;
      if (told !== undefined) writeFileSync(file, text(told));
      assert.ok(existsSync(file), 'Linux has been asked');
      assert.equal(ask(plan), readFileSync(file, 'utf8'));
    });
  }
});
