/**
 * Links of every kind put to Linux and to this kernel. The answers of Linux stand in fixtures/kernel/links, one line for each probe; they are
 * those of 6.1, for the kernels at hand often lack some kinds, and with a forwarder behind the tun those of 6.18 with a program that does what
 * flannel's does. With HOPSPEC_UPDATE_GOLDEN=1, as root, the kernel at hand is asked again for what the lab can make there; with
 * HOPSPEC_KERNEL=qemu besides, 6.1, which has all of them.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ASK_LINUX, askLinuxIfAble } from '../../lab/testing/ask-linux.js';
import type { Plan } from '../../plan/plan.js';
import { type Answer, answerLine, answerOf } from '../netfilter/testing/answer-line.js';
import { runPlan } from '../run-plan.js';
import { twoHosts } from '../testing/two-hosts.js';
import { LINK_VARIANTS } from './testing/link-variants.js';
import { WIREGUARD_VARIANTS } from './testing/wireguard-variants.js';

interface Asked {
  readonly id: string;
  readonly flows: readonly Answer[];
}

function ask(plan: Plan): string {
  return text(runPlan(plan).map(({ id, flows }) => ({ id, flows: flows.map(answerOf) })));
}

function text(probes: readonly Asked[]): string {
  return probes.map(({ id, flows }) => `${id} → ${answerLine(flows[0] ?? assert.fail(id))}\n`).join('');
}

describe('this kernel carries packets as Linux does:', () => {
  for (const [name, sentence, variant] of [...LINK_VARIANTS, ...WIREGUARD_VARIANTS]) {
    it(sentence, () => {
      const plan = twoHosts(variant);
      const file = `fixtures/kernel/links/${name}.txt`;
      const told = ASK_LINUX ? askLinuxIfAble(plan) : undefined;
      if (told !== undefined) writeFileSync(file, text(told));
      assert.equal(ask(plan), readFileSync(file, 'utf8'));
    });
  }
});
