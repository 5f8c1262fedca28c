import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathPacket } from '../../trace/path-packet.js';
import { runPlan } from '../run-plan.js';
import { type StoryCase, storyPlan } from './testing/story-case.js';

const TRACK = { r: ['filter FORWARD -m conntrack --ctstate INVALID -j DROP'] };

function run(asked: Omit<StoryCase, 'name'>): ReturnType<typeof runPlan> {
  return runPlan(storyPlan({ name: 'sctp', listeners: ['s sctp 80', 's sctp 80 ::'], ...asked }), { record: true });
}

const call = (dst: string, more: object = {}): object => ({
  netns: 'c',
  proto: 'sctp',
  dst,
  dport: 80,
  sport: 4000,
  conntrack: ['r'],
  ...more,
});

describe('an SCTP association', () => {
  for (const [family, dst, rules] of [
    ['IPv4', '10.0.2.2', { rules: TRACK }],
    ['IPv6', 'fd00:2::2', { rules6: TRACK }],
  ] as const) {
    it(`opens, carries a request and its answer, and is closed: ${family}`, () => {
      const [told] = run({ ...rules, probes: [{ ...call(dst), id: 'a' }] });
      assert.equal(told?.flows[0]?.verdict, 'delivered');
      assert.equal(told?.flows[0]?.server, family === 'IPv4' ? 's sctp 80' : 's sctp 80 ::');
      const sent = (told?.flows[0]?.events ?? []).flatMap((event) =>
        event.kind === 'tx' && event.netns !== 'r' && event.packet.l4.kind === 'sctp'
          ? [pathPacket(event.packet).replace(/.* sctp /, '')]
          : [],
      );
      assert.deepEqual(sent.slice(0, 6), ['INIT', 'INIT ACK', 'COOKIE ECHO', 'COOKIE ACK', 'DATA', 'SACK']);
      assert.match(told?.conntrack?.['r']?.[0] ?? '', /^sctp 132 \d+ CLOSED src=.* \[ASSURED\]/);
    });
  }

  it('is translated as ports are', () => {
    const nat = [
      'nat PREROUTING -d 10.9.9.9/32 -p sctp -m sctp --dport 90 -j DNAT --to-destination 10.0.2.2:80',
      'nat POSTROUTING -o s0 -j MASQUERADE',
    ];
    const [told] = run({ rules: { r: nat }, probes: [{ ...call('10.9.9.9', { dport: 90 }), id: 'a' }] });
    assert.deepEqual([told?.flows[0]?.verdict, told?.flows[0]?.seenSrc?.ip], ['delivered', 0x0a000201]);
  });

  it('is refused by an ABORT where nobody listens, and by nothing where a rule rejects it', () => {
    const rules = { r: ['filter FORWARD -p sctp -m sctp --dport 82 -j REJECT'] };
    const [closed, rejected] = run({
      rules,
      probes: [
        { ...call('10.0.2.2', { dport: 81 }), id: 'a' },
        { ...call('10.0.2.2', { dport: 82 }), id: 'b' },
      ],
    });
    assert.deepEqual([closed?.flows[0]?.verdict, closed?.flows[0]?.errno], ['refused', 'ECONNREFUSED']);
    // The error is back while connect(2) still has the socket, and is kept for the day when it gives up.
    assert.deepEqual([rejected?.flows[0]?.verdict, rejected?.flows[0]?.icmp], ['timeout', undefined]);
  });

  it('goes on where its socket is used again', () => {
    const probes = [
      { ...call('10.0.2.2', { keep: true }), id: 'a' },
      { id: 'b', reuse: 'a' },
    ];
    assert.deepEqual(
      run({ probes }).map(({ flows }) => flows[0]?.verdict),
      ['delivered', 'delivered'],
    );
  });

  it('carries no message of several packets: that is not modelled', () => {
    assert.throws(() => run({ probes: [{ ...call('10.0.2.2', { size: 1460 }), id: 'a' }] }), /an SCTP message of 1460 bytes, which takes/);
  });
});
