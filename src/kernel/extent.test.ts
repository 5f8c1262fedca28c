import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChoiceOracle } from '../base/choice.js';
import { parseIp } from '../base/ip.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Extent } from './contract.js';
import { createNetwork } from './network.js';
import { planSource } from './plan-source.js';
import { twoNodes } from './testing/two-nodes.js';

const FIRST: ChoiceOracle = { choose: () => 0 };
const on = createNetwork(planSource(twoNodes({ probes: [] })));

function follow(proto: 'tcp' | 'udp' | 'icmp', dst: string, dport: number | undefined, extent: Extent): FlowRecord {
  on.reset();
  return on.probe({ netns: 'pod12', proto, dst: parseIp(dst) as number, dport, sport: 40_000, extent }, FIRST, true);
}

const packets = ({ events }: FlowRecord): number => new Set(events.map(({ leg }) => leg)).size;
const openings = ({ events }: FlowRecord, legs: number): readonly unknown[] =>
  events.filter(({ leg, kind }) => leg < legs && kind !== 'arp');

describe('how far a flow is followed:', () => {
  const cases: readonly (readonly ['tcp' | 'udp' | 'icmp', string, number | undefined])[] = [
    ['tcp', '10.96.0.1', 80],
    ['tcp', '192.168.1.12', 30080],
    ['udp', '10.244.2.2', 53],
    ['icmp', '10.244.2.2', undefined],
  ];
  for (const [proto, dst, dport] of cases) {
    it(`a ${proto} flow to ${dst} has the same first packets whether or not it goes on`, () => {
      for (const extent of ['conversation', 'answer', 'packet'] as const) follow(proto, dst, dport, extent);
      const whole = follow(proto, dst, dport, 'conversation');
      const answered = follow(proto, dst, dport, 'answer');
      const one = follow(proto, dst, dport, 'packet');
      assert.deepEqual([packets(answered), packets(one)], [2, 1]);
      assert.deepEqual(answered.events, openings(whole, 2));
      assert.deepEqual(one.events, openings(whole, 1));
      const fate = ({ verdict, server, seenSrc, seenDst }: FlowRecord): unknown => ({ verdict, server, seenSrc, seenDst });
      assert.equal(whole.verdict, 'delivered');
      assert.deepEqual([fate(answered), fate(one)], [fate(whole), fate(whole)]);
    });
  }

  it('a packet that is refused is followed until its sender hears of it', () => {
    for (const extent of ['conversation', 'answer', 'packet'] as const) {
      const { verdict, errno } = follow('tcp', '10.96.0.99', 80, extent);
      assert.deepEqual([verdict, errno], ['refused', 'ECONNREFUSED']);
    }
  });
});
