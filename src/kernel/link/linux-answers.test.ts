/**
 * Links of every kind put to Linux and to this kernel. The answers of Linux stand in fixtures/kernel/links, one line for each probe; they are
 * those of 6.1 in user mode, for the kernels at hand often lack some kinds, and with a forwarder behind the tun those of 6.18 with a program
 * that does what flannel's does. With HOPSPEC_UPDATE_GOLDEN=1, as root, the kernel at hand is asked again for what the lab can make there.
 * Those of WireGuard are wireguard-go's on 6.18, for no kernel with WireGuard was to be had.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Plan } from '../../plan/plan.js';
import { writePlan } from '../../plan/plan-json.js';
import { type Answer, answerLine, answerOf } from '../netfilter/testing/answer-line.js';
import { runPlan } from '../run-plan.js';
import { twoHosts } from '../testing/two-hosts.js';
import { LINK_VARIANTS } from './testing/link-variants.js';
import { WIREGUARD_VARIANTS } from './testing/wireguard-variants.js';

const ASK_LINUX = process.env['HOPSPEC_UPDATE_GOLDEN'] === '1' && process.getuid?.() === 0;

interface LabAnswer {
  readonly error?: { readonly kind: string };
  readonly probes?: readonly { readonly id: string; readonly flows: readonly Answer[] }[];
}

function ask(plan: Plan): string {
  return text(runPlan(plan).map(({ id, flows }) => ({ id, flows: flows.map(answerOf) })));
}

/** Undefined where the kernel or the tools at hand lack something of the plan. */
function askLinux(plan: Plan): string | undefined {
  const input = JSON.stringify(writePlan(plan));
  const result = JSON.parse(execFileSync('python3', ['src/lab/executor/main.py'], { encoding: 'utf8', input })) as LabAnswer;
  if (result.error !== undefined && result.error.kind !== 'input') return undefined;
  return text(result.probes ?? assert.fail(JSON.stringify(result.error)));
}

function text(probes: NonNullable<LabAnswer['probes']>): string {
  return probes.map(({ id, flows }) => `${id} → ${answerLine(flows[0] ?? assert.fail(id))}\n`).join('');
}

describe('this kernel carries packets as Linux does:', () => {
  for (const [name, sentence, variant] of [...LINK_VARIANTS, ...WIREGUARD_VARIANTS]) {
    it(sentence, () => {
      const plan = twoHosts(variant);
      const file = `fixtures/kernel/links/${name}.txt`;
      const told = ASK_LINUX ? askLinux(plan) : undefined;
      if (told !== undefined) writeFileSync(file, told);
      assert.equal(ask(plan), readFileSync(file, 'utf8'));
    });
  }
});
