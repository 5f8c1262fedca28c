/** Evidence that a real kernel (6.18) gave, read where there may be none: fixtures/lab. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runPlan } from '../../kernel/run-plan.js';
import type { ProbePlan } from '../../plan/plan.js';
import { readPlan } from '../../plan/plan-json.js';
import { flowJson } from '../../trace/flow-json.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import { pathOf } from '../../trace/path.js';
import { compareAnswer } from '../compare/compare-flow.js';
import { comparePath, stepText } from '../compare/compare-path.js';
import { PortNames } from '../compare/port-names.js';
import type { RawResult } from '../lab-result.js';
import { ruleFinder } from './find-rule.js';
import type { RawGround } from './raw-evidence.js';
import { toRecord } from './to-record.js';
import { topologyOf } from './topology.js';

const fixture = (path: string): string => readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url), 'utf8');
const plan = readPlan(fixture('plan/vxlan-nodeport.json'), 'vxlan-nodeport.json');
const raw = JSON.parse(fixture('lab/vxlan-nodeport.evidence.json')) as RawResult;

function recordOf(id: string): FlowRecord {
  const flow = raw.probes.find((probe) => probe.id === id)?.flows[0] ?? assert.fail(id);
  const ground = { topology: topologyOf(plan), findRule: ruleFinder(plan, raw.ground as RawGround) };
  return toRecord(flow, plan.probes.find((probe) => probe.id === id) as ProbePlan, ground);
}

describe("a real kernel's evidence", () => {
  const simulated = new Map(runPlan(plan, { record: true }).map(({ id, flows: [flow] }) => [id, flow ?? assert.fail(id)]));
  for (const { id } of raw.probes) {
    it(`of the probe "${id}" tells the way that the simulated kernel takes`, () => {
      const [mine, theirs] = [simulated.get(id) ?? assert.fail(id), recordOf(id)];
      assert.equal(compareAnswer(flowJson(mine), flowJson(theirs)), undefined);
      assert.equal(comparePath(pathOf(mine), pathOf(theirs), new PortNames(null, null)), undefined);
    });
  }

  it('is told in one line for each tap and each hook in which a rule matched', () => {
    const [packet, answer] = pathOf(recordOf('rejected')).packets.filter((one) => !one.packet.startsWith('arp'));
    assert.deepEqual(packet?.steps.map(stepText), [
      'a tx eth0: 10.244.1.2:40004 > 10.244.2.2:81 ttl 64 tcp S',
      'n1 rx veth-a: 10.244.1.2:40004 > 10.244.2.2:81 ttl 64 tcp S',
      'n1 prerouting cni0 -: 10.244.1.2:40004 > 10.244.2.2:81 ttl 64 tcp S PREROUTING#1 accept',
      'n1 rx cni0: 10.244.1.2:40004 > 10.244.2.2:81 ttl 64 tcp S',
      'n1 forward cni0 flannel.1: 10.244.1.2:40004 > 10.244.2.2:81 ttl 63 tcp S FORWARD#1 reject',
    ]);
    assert.equal(answer?.packet, '10.244.1.1 > 10.244.1.2 ttl 64 icmp 3/3 about 10.244.1.2:40004 > 10.244.2.2:81');
  });

  it('says which events follow: routing, bridging, wrapping, delivery', () => {
    const events = recordOf('ping').events.filter(
      (event) => event.leg === 0 && event.kind !== 'rx' && event.kind !== 'tx' && event.kind !== 'hook',
    );
    assert.deepEqual(
      events.map(
        (event) =>
          `${event.netns} ${event.kind} ${'device' in event ? event.device : ''}${event.kind === 'route' ? ` ${event.decision}` : ''}`,
      ),
      [
        'a route eth0 output',
        'n1 bridge cni0',
        'n1 route flannel.1 forward',
        'n1 encapsulate flannel.1',
        'n1 route eth0 output',
        'net bridge br0',
        'n2 route eth0 local',
        'n2 decapsulate flannel.1',
        'n2 route cni0 forward',
        'n2 bridge cni0',
        'b route eth0 local',
        'b deliver eth0',
      ],
    );
  });

  it('has the smallest MTU of the devices met', () => assert.equal(recordOf('ping').pathMtu, 1450));
});
