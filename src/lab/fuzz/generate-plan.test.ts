/** Random plans: the same seed, the same plan; all of what the fuzz run is to reach comes up; and a difference shrinks to what makes it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MATCHES, TARGETS } from '../../plan/rule/extensions.js';
import type { PlanDraft } from './draft.js';
import { planOf } from './draft.js';
import { generatePlan } from './generate-plan.js';
import { shrink } from './shrink.js';

const PLANS = Array.from({ length: 120 }, (_, i) => generatePlan(i + 1, 60));
const RULES = PLANS.flatMap(({ netns }) => Object.values(netns).flatMap(({ iptables = '' }) => iptables.split('\n')));

/** Of IPv6 alone, of what this kernel lacks, or what no flow of a random plan can tell apart. */
const LEFT_OUT = new Set([
  ...['sctp', 'nfacct', 'icmp6', 'icmpv6', 'hl', 'HL', 'ipvs', 'frag', 'hbh', 'dst', 'rt', 'mh', 'ipv6header', 'eui64', 'SNPT', 'DNPT'],
  ...['ah', 'esp', 'policy', 'helper', 'connlabel', 'connbytes', 'connlimit', 'cluster', 'realm', 'devgroup', 'quota', 'hashlimit', 'time'],
  ...['tcpmss', 'ecn', 'socket', 'u32', 'string', 'TPROXY', 'TEE', 'NFQUEUE', 'AUDIT', 'CHECKSUM', 'CLASSIFY', 'ECN', 'IDLETIMER'],
]);

describe('a random plan', () => {
  it('is the same for the same seed', () => assert.deepEqual(generatePlan(7, 60), PLANS[6]));

  it('can be read', () => PLANS.forEach((plan, i) => planOf(plan, `seed ${i + 1}`)));

  for (const name of MATCHES.keys()) {
    if (!LEFT_OUT.has(name)) it(`may match by ${name}`, () => assert.ok(RULES.some((rule) => rule.includes(`-m ${name} `))));
  }
  for (const name of TARGETS.keys()) {
    if (!LEFT_OUT.has(name)) it(`may aim at ${name}`, () => assert.ok(RULES.some((rule) => rule.includes(`-j ${name}`))));
  }
});

describe('a plan that differs', () => {
  it('shrinks to what makes the difference', () => {
    const isGuilty = (plan: PlanDraft): boolean =>
      plan.probes.some(({ id }) => id === '9') && Object.values(plan.netns).some(({ iptables }) => iptables?.includes('-j MASQUERADE'));
    const found = PLANS.find(isGuilty) ?? assert.fail();
    const small = shrink(found, isGuilty, 20_000);
    const rules = Object.values(small.netns).flatMap(({ iptables = '' }) => iptables.match(/^-A .*/gm) ?? []);
    assert.deepEqual([small.probes.map(({ id }) => id), rules.length, small.listeners], [['9'], 1, []]);
  });
});
