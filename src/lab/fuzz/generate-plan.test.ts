/** Random plans: the same seed, the same plan; all of what the fuzz run is to reach comes up; and a difference shrinks to what makes it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MATCHES, TARGETS } from '../../plan/rule/extensions.js';
import type { PlanDraft } from './draft.js';
import { planOf } from './draft.js';
import { generateCornerPlan } from './corner/generate-corner-plan.js';
import { generatePlan } from './generate-plan.js';
import { shrink } from './shrink.js';

const PLANS = Array.from({ length: 120 }, (_, i) => generatePlan(i + 1, 60));
const RULES = PLANS.flatMap(({ netns }) => Object.values(netns).flatMap(({ iptables = '' }) => iptables.split('\n')));

const CORNERS = Array.from({ length: 100 }, (_, i) => generateCornerPlan(i + 1, 20));
const CORNER_RULES = CORNERS.flatMap(({ netns }) =>
  Object.values(netns).flatMap(({ iptables = '', ip6tables = '' }) => `${iptables}${ip6tables}`.split('\n')),
);

/** What this machine's kernel lacks, what hangs on its clock, and what no packet of a plan has, or no flow can tell apart. */
const LEFT_OUT = new Set([
  ...['sctp', 'ipvs', 'time', 'icmpv6', 'hbh', 'dst', 'rt', 'frag', 'ah', 'esp', 'mh', 'eui64'],
  ...['NFQUEUE', 'AUDIT', 'CHECKSUM', 'CLASSIFY', 'ECN', 'IDLETIMER', 'HL'],
]);

const ALL = [...RULES, ...CORNER_RULES];

describe('a random plan', () => {
  it('is the same for the same seed', () => assert.deepEqual(generatePlan(7, 60), PLANS[6]));

  it('can be read', () => [...PLANS, ...CORNERS].forEach((plan, i) => planOf(plan, `seed ${i + 1}`)));

  for (const name of MATCHES.keys()) {
    if (!LEFT_OUT.has(name)) it(`may match by ${name}`, () => assert.ok(ALL.some((rule) => `${rule} `.includes(`-m ${name} `))));
  }
  for (const name of TARGETS.keys()) {
    if (!LEFT_OUT.has(name)) it(`may aim at ${name}`, () => assert.ok(ALL.some((rule) => rule.includes(`-j ${name}`))));
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
