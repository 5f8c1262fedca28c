/**
 * IPv6: the same plans put to Linux and to this kernel. The answers of Linux (6.18) stand in fixtures/kernel/ipv6, one line for each probe;
 * with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again. Ports that masquerading chose are written as `*`.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ASK_LINUX, askLinux } from '../../lab/testing/ask-linux.js';
import type { Plan } from '../../plan/plan.js';
import { type FlowJson, flowJson } from '../../trace/flow-json.js';
import { runPlan } from '../run-plan.js';
import { twoNodes6 } from './testing/two-nodes.js';
import { VARIANTS } from './testing/variants.js';

const FOLDER = 'fixtures/kernel/ipv6';

/** `ID → verdict …`: who answered and what he saw, or the errno and the ICMP error. */
function line(id: string, answer: Omit<FlowJson, 'ms' | 'path'>): string {
  const { verdict, server, seen_src: src, seen_dst: dst, local, errno, icmp } = answer;
  const said = icmp === null ? '' : ` by ICMP ${icmp.type}/${icmp.code} from ${icmp.from}`;
  if (verdict !== 'delivered') return `${id} → ${verdict} ${errno}${said}`;
  if (server === null || src === null) return `${id} → delivered; the client is ${local}`;
  const [ip, port] = src.split(']:');
  const [own, kept] = (local ?? '').split(']:');
  return `${id} → delivered to ${server}, which sees ${ip?.slice(1)} ${port === kept ? '=' : '*'} call ${dst}; the client is ${own?.slice(1)}`;
}

function ask(plan: Plan): string {
  return runPlan(plan)
    .map(({ id, flows: [flow] }) => `${line(id, flowJson(flow ?? assert.fail(id)))}\n`)
    .join('');
}

function linuxText(plan: Plan): string {
  return askLinux(plan)
    .map(({ id, flows: [flow] }) => `${line(id, flow as FlowJson)}\n`)
    .join('');
}

describe('this kernel answers as Linux does over IPv6:', () => {
  for (const [name, sentence, variant] of VARIANTS) {
    it(sentence, () => {
      const plan = twoNodes6(variant);
      const file = `${FOLDER}/${name}.txt`;
      if (ASK_LINUX) writeFileSync(file, linuxText(plan));
      assert.equal(ask(plan), readFileSync(file, 'utf8'));
    });
  }
});
