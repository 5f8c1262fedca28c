import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runPlan } from '../../kernel/run-plan.js';
import { readPlan } from '../../plan/plan-json.js';
import type { HookStep, Path, PathStep } from '../../trace/path.js';
import { pathOf } from '../../trace/path.js';
import { comparePath } from './compare-path.js';
import { PortNames } from './port-names.js';

const text = readFileSync(new URL('../../../fixtures/plan/vxlan-nodeport.json', import.meta.url), 'utf8');
const flow = runPlan(readPlan(text, 'plan'), { record: true }).find(({ id }) => id === 'nodeport')?.flows[0] ?? assert.fail();
const path = pathOf(flow);

/** The same path with one step of its first packet changed. */
function changed(pick: (step: PathStep) => boolean, change: (step: PathStep) => readonly PathStep[]): Path {
  const at = path.packets.findIndex((packet) => packet.packet.endsWith('tcp S'));
  const packets = path.packets.map((packet, i) => {
    if (i !== at) return packet;
    const found = packet.steps.find(pick) ?? assert.fail('no such step');
    return { ...packet, steps: packet.steps.flatMap((step) => (step === found ? change(step) : [step])) };
  });
  return { ...path, packets };
}

const isHook = (step: PathStep): step is HookStep => 'hook' in step;
const isMarked = (step: PathStep): boolean => isHook(step) && step.mark !== 0;
const onHook = (change: (step: HookStep) => HookStep): Path => changed(isMarked, (step) => [change(step as HookStep)]);

describe('paths are held against each other', () => {
  const cases: readonly [string, RegExp, Path][] = [
    ['another rule', /^rules/, onHook((step) => ({ ...step, rules: step.rules.map((rule) => ({ ...rule, index: rule.index + 1 })) }))],
    ['another chain', /^rules/, onHook((step) => ({ ...step, rules: step.rules.map((rule) => ({ ...rule, chain: 'X' })) }))],
    ['another mark', /^mark/, onHook((step) => ({ ...step, mark: step.mark ^ 1 }))],
    ['another verdict', /^verdict/, onHook((step) => ({ ...step, verdict: 'drop' }))],
    ['another state', /^ct/, onHook((step) => ({ ...step, ct: 'established' }))],
    ['another translation', /^becomes/, onHook((step) => ({ ...step, becomes: step.becomes?.replace(':80 ', ':81 ') ?? '' }))],
    [
      'another TTL',
      /^packet/,
      changed(
        (step) => step.pkt.includes('ttl 63'),
        (step) => [{ ...step, pkt: step.pkt.replace('ttl 63', 'ttl 64') }],
      ),
    ],
    [
      'another device',
      /^place/,
      changed(
        (step) => 'rx' in step,
        (step) => [{ ...step, rx: 'eth9' }],
      ),
    ],
    ['a step that is missing', /^(place|presence)/, changed(isMarked, () => [])],
    ['a step too many', /^(place|presence)/, changed(isMarked, (step) => [step, step])],
  ];
  it('equal ones are equal', () => assert.equal(comparePath(path, path, new PortNames(null, null)), undefined));
  for (const [name, what, other] of cases) {
    it(`${name} is a difference`, () => assert.match(comparePath(path, other, new PortNames(null, null))?.what ?? 'none', what));
  }
  it('a packet that is missing is a difference', () => {
    const packets = path.packets.filter((packet) => !packet.packet.endsWith('tcp S.'));
    assert.equal(comparePath(path, { ...path, packets }, new PortNames(null, null))?.what, 'packets');
    assert.equal(comparePath({ ...path, packets }, path, new PortNames(null, null))?.what, 'packets');
  });
  it("the client's own port may be another", () => {
    const other = JSON.parse(JSON.stringify(path).replaceAll(':40002 ', ':50002 ')) as Path;
    assert.equal(comparePath(path, other, new PortNames('192.168.1.1:40002', '192.168.1.1:50002')), undefined);
    assert.notEqual(comparePath(path, other, new PortNames(null, null)), undefined);
  });
});
