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
import { routed, table } from '../testing/routed.js';
import { sameValue } from './same-value.js';
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

/** What a client was told that called from these ports in turn. */
function called(
  rules: string,
  ports: readonly number[],
  watchAfter: number,
): { readonly records: readonly FlowRecord[]; readonly recalled: number } {
  const network = createNetwork(planSource(routed(rules)), { watchAfter });
  const records = ports.map((sport) => {
    network.reset();
    return network.probe({ netns: 'client', proto: 'tcp', dst: 0x0a000102, dport: 80, sport }, seededOracle(1), true);
  });
  return { records, recalled: network.counters.flowsRecalled };
}

describe('the trace of a call', () => {
  const mangle = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j MARK --set-mark 40000\nCOMMIT\n';
  const masqueraded = table('nat', 'POSTROUTING -o r1 -j MASQUERADE');
  const alike: readonly (readonly [string, string, readonly number[]])[] = [
    ['its port is a mark of the packets too', mangle, [39_000, 40_000, 40_000, 41_000, 40_000, 42_000]],
    ['another keeps its port', masqueraded, [39_000, 40_000, 41_000, 42_000, 40_000, 43_000]],
    [
      'some keep their ports, and some do not',
      table('nat', 'POSTROUTING -o r1 -p tcp -j MASQUERADE --to-ports 40000-50000'),
      [39_000, 39_100, 60_000, 41_000, 60_100, 39_200],
    ],
  ];
  for (const [name, rules, ports] of alike) {
    it(`is that of a walk where ${name}`, () => {
      const { records, recalled } = called(rules, ports, 0);
      assert.deepEqual(records, called(rules, ports, NEVER).records);
      assert.ok(recalled >= 2, `${recalled} were recalled`);
    });
  }

  it('is recalled after another port has proven it, and not before', () => {
    assert.equal(called(masqueraded, [39_000, 40_000, 40_000, 40_000, 40_000, 40_000], 0).recalled, 0);
    assert.equal(called(masqueraded, [39_000, 40_000, 40_000, 40_001, 40_000, 40_000], 0).recalled, 2);
  });
});

describe('two traces', () => {
  const [one, other] = called(table('filter', 'FORWARD -p tcp -m tcp --dport 80 -j ACCEPT'), [40_000, 40_000], NEVER).records.map(
    ({ events }) => events,
  );

  it('are the same where all is', () => assert.ok(sameValue(one, structuredClone(one))));

  it('are not where anything in them is another', () => {
    assert.ok(Array.isArray(one) && one.length > 20 && other !== undefined);
    let places = 0;
    for (const [i, event] of one.entries()) {
      for (const key of Object.keys(event)) {
        const changed = one.map((each, k) => (k === i ? { ...each, [key]: 'another' } : each));
        assert.ok(!sameValue(one, changed), `${event.kind} ${key}`);
        places++;
      }
    }
    assert.ok(places > 100);
    assert.ok(!sameValue(one, one.slice(1)) && !sameValue(one, other));
  });

  it('are not where one packet stands for two', () => {
    const [a, b] = [{ id: 1 }, { id: 1 }];
    assert.ok(sameValue([a, b], [{ id: 1 }, { id: 1 }]));
    assert.ok(!sameValue([a, a], [{ id: 1 }, { id: 1 }]));
  });
});
