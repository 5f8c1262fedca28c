import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PROTO } from '../../../packet/ip-packet.js';
import type { Plan } from '../../../plan/plan.js';
import type { FlowRecord } from '../../../trace/flow-record.js';
import type { Extent, RecordMode, SimulatedNetwork } from '../../contract.js';
import { createNetwork } from '../../network.js';
import { planSource } from '../../plan-source.js';
import { seededOracle } from '../../run-plan.js';
import { KEPT, probesOf, readKept, toProbe } from '../testing/kept-plans.js';

const NEVER = Number.POSITIVE_INFINITY;
const PROBES = 4;
/** One to know the call, one to take apart, one to prove, and those that may be recalled. */
const FLOWS = 6;
const TOLD: readonly (readonly [Extent, RecordMode])[] = [
  ['conversation', true],
  ['answer', 'opening'],
];

interface Told {
  readonly records: FlowRecord[];
  /** Those of flows that were recalled. */
  readonly recalled: FlowRecord[];
}

function tell(network: SimulatedNetwork, plan: Plan): Told {
  const told: Told = { records: [], recalled: [] };
  for (const [i, planned] of probesOf(plan, PROBES).entries()) {
    for (const [extent, mode] of TOLD) {
      for (let again = 0; again < FLOWS; again++) {
        network.reset();
        const probe = toProbe(planned, 32_768 + (((i * FLOWS + again) * 7919) % 28_000), extent);
        const { flowsRecalled } = network.counters;
        const record = network.probe(probe, seededOracle(1), mode);
        told.records.push(record);
        if (network.counters.flowsRecalled > flowsRecalled) told.recalled.push(record);
      }
    }
  }
  return told;
}

describe('traces of random plans', () => {
  const recalled: FlowRecord[] = [];
  for (const file of readdirSync(KEPT).filter((name) => !name.startsWith('ipv6'))) {
    it(`are the same, recalled or walked: ${file}`, () => {
      const plan = readKept(readFileSync(`${KEPT}/${file}`, 'utf8'), file);
      const told = tell(createNetwork(planSource(plan), { watchAfter: 0 }), plan);
      assert.deepEqual(told.records, tell(createNetwork(planSource(plan), { watchAfter: NEVER }), plan).records);
      recalled.push(...told.recalled);
    });
  }

  const kinds: readonly [string, (record: FlowRecord) => boolean][] = [
    ['of TCP', ({ events }) => events[0]?.packet.proto === PROTO.tcp],
    ['of UDP', ({ events }) => events[0]?.packet.proto === PROTO.udp],
    ['whose client gets another address', ({ seenSrc, local }) => seenSrc?.ip !== local?.ip],
    ['whose server is called by another address', ({ seenDst, remote }) => seenDst?.ip !== remote.ip],
    ['in a tunnel', ({ events }) => events.some(({ kind }) => kind === 'encapsulate')],
  ];
  for (const [kind, isOfKind] of kinds) it(`are recalled, some ${kind}`, () => assert.ok(recalled.filter(isOfKind).length >= 4));
});
