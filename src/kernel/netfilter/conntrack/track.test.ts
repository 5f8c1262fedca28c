import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TcpFlags } from '../../../packet/tcp.js';
import { icmp, oneNamespace, type OneNamespace, passageOf, send, tcp, udp } from '../testing/one-namespace.js';
import { nextTcpState } from './tcp-state.js';

const TRACKING = ['filter FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT'];
const C = '10.0.0.1:4000';
const S = '10.0.0.2:80';
const SECOND = 1_000_000;

/** `>S <S. >.` → the state of each packet. */
function states(ns: OneNamespace, segments: string): string {
  const each = segments.split(' ').map((text) => {
    const flags = text.slice(1) as TcpFlags;
    return send(ns, text.startsWith('>') ? tcp(C, S, flags) : tcp(S, C, flags)).passage.state;
  });
  return each.join(' ');
}

describe('the state of each TCP segment, from the client (>) and the server (<)', () => {
  for (const [segments, expected] of [
    ['>S <S. >. >P. <P.', 'NEW ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED'],
    ['>S >S', 'NEW NEW'],
    ['>S <R.', 'NEW ESTABLISHED'],
    ['>S <R. <R.', 'NEW ESTABLISHED INVALID'],
    ['>S >R', 'NEW NEW'],
    ['>S >.', 'NEW INVALID'],
    ['<S.', 'INVALID'],
    ['>R', 'INVALID'],
    ['>F.', 'INVALID'],
    ['>.', 'NEW'],
    ['>. <.', 'NEW ESTABLISHED'],
    ['>S <S. >. >F. <F. >.', 'NEW ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED'],
  ] as const) {
    it(`${segments} → ${expected}`, () => assert.equal(states(oneNamespace(TRACKING), segments), expected));
  }
});

describe('what is remembered', () => {
  for (const [segments, line] of [
    [
      '>S',
      'tcp 6 120 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=4000 dport=80 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=80 dport=4000 mark=0',
    ],
    ['>S <S.', 'tcp 6 60 SYN_RECV src=10.0.0.1 dst=10.0.0.2 sport=4000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=4000 mark=0'],
    [
      '>S <S. >.',
      'tcp 6 432000 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=4000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=4000 [ASSURED] mark=0',
    ],
    [
      '>S <S. >. >F. <F. >.',
      'tcp 6 120 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=4000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=4000 [ASSURED] mark=0',
    ],
  ] as const) {
    it(segments, () => {
      const ns = oneNamespace(TRACKING);
      states(ns, segments);
      assert.deepEqual(ns.nf.connections(), [line]);
    });
  }
  it('nothing of a connection whose first packet was dropped', () => {
    const ns = oneNamespace(['filter FORWARD -j DROP']);
    states(ns, '>S');
    assert.deepEqual(ns.nf.connections(), []);
  });
  it('nothing of one that was reset before it was answered', () => {
    const ns = oneNamespace(TRACKING);
    states(ns, '>S >R');
    assert.deepEqual(ns.nf.connections(), []);
  });
  it('nothing after a reset of the namespace', () => {
    const ns = oneNamespace(TRACKING);
    states(ns, '>S <S.');
    ns.nf.reset();
    assert.deepEqual(ns.nf.connections(), []);
  });
});

describe('UDP', () => {
  const ask = (ns: OneNamespace): string => send(ns, udp('10.0.0.1:5', '10.0.0.2:53')).passage.state;
  const answer = (ns: OneNamespace): string => send(ns, udp('10.0.0.2:53', '10.0.0.1:5')).passage.state;
  it('is ESTABLISHED once it was answered', () => {
    const ns = oneNamespace(TRACKING);
    assert.deepEqual([ask(ns), ask(ns), answer(ns), ask(ns)], ['NEW', 'NEW', 'ESTABLISHED', 'ESTABLISHED']);
  });
  it('is forgotten 30 s after its last packet, and 120 s once it goes on for more than two', () => {
    const ns = oneNamespace(TRACKING);
    ask(ns);
    answer(ns);
    ns.clock.us += 3 * SECOND;
    ask(ns);
    ns.clock.us += 119 * SECOND;
    assert.equal(ns.nf.connections().length, 1);
    ns.clock.us += 2 * SECOND;
    assert.equal(ns.nf.connections().length, 0);
    assert.equal(ask(ns), 'NEW');
  });
});

describe('a full table', () => {
  const MAX = { 'net.netfilter.nf_conntrack_max': '2' };
  const call = (ns: OneNamespace, port: number): string | undefined => {
    const { verdict, reason } = send(ns, udp(`10.0.0.1:${port}`, '10.0.0.2:53'));
    return reason ?? verdict;
  };
  it('drops a packet that begins a connection, and says so, where nothing is given up by chance', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    const ns = oneNamespace(TRACKING, { sysctl: MAX, asked });
    assert.deepEqual([call(ns, 1), call(ns, 2), call(ns, 3), call(ns, 1)], ['accept', 'accept', 'CONNTRACK_FULL', 'accept']);
    assert.equal(asked[0]?.site, 'room in a full connection table');
    assert.ok((asked[0]?.weights[0] ?? 0) > 0.999);
  });
  it('gives up one that is not assured by another chance', () => {
    const ns = oneNamespace(TRACKING, { sysctl: { ...MAX, 'net.netfilter.nf_conntrack_buckets': '8' }, script: [1] });
    assert.deepEqual([call(ns, 1), call(ns, 2), call(ns, 3)], ['accept', 'accept', 'accept']);
    assert.equal(ns.nf.connections().length, 2);
  });
  it('never gives up an assured one', () => {
    const ns = oneNamespace(TRACKING, { sysctl: { 'net.netfilter.nf_conntrack_max': '1' }, script: [1] });
    states(ns, '>S <S. >.');
    assert.equal(call(ns, 3), 'CONNTRACK_FULL');
  });
  it('has room again when time has passed', () => {
    const ns = oneNamespace(TRACKING, { sysctl: MAX });
    assert.deepEqual([call(ns, 1), call(ns, 2)], ['accept', 'accept']);
    ns.clock.us += 31 * SECOND;
    assert.equal(call(ns, 3), 'accept');
  });
});

describe('a zone', () => {
  const inZone = (ns: OneNamespace, original: boolean, reply: boolean): string =>
    send(ns, udp('10.0.0.1:5', '10.0.0.2:53'), 'forward', { zone: { id: 7, original, reply } }).passage.state;
  const answer = (ns: OneNamespace, zone?: { id: number; original: boolean; reply: boolean }): string =>
    send(ns, udp('10.0.0.2:53', '10.0.0.1:5'), 'forward', zone === undefined ? {} : { zone }).passage.state;
  it('keeps equal tuples apart', () => {
    const ns = oneNamespace(TRACKING);
    assert.equal(inZone(ns, true, true), 'NEW');
    assert.equal(answer(ns), 'NEW');
    assert.equal(answer(ns, { id: 7, original: true, reply: true }), 'ESTABLISHED');
  });
  it('of the original direction alone leaves the answer in zone 0', () => {
    const ns = oneNamespace(TRACKING);
    assert.equal(inZone(ns, true, false), 'NEW');
    assert.equal(answer(ns), 'ESTABLISHED');
  });
});

describe('ICMP', () => {
  it('echoes are connections by their identifier', () => {
    const ns = oneNamespace(TRACKING);
    const reply = (id: number): string => send(ns, icmp('10.0.0.2', '10.0.0.1', { type: 0, id })).passage.state;
    assert.equal(send(ns, icmp('10.0.0.1', '10.0.0.2', { id: 7 })).passage.state, 'NEW');
    assert.deepEqual([reply(7), reply(8)], ['ESTABLISHED', 'INVALID']);
  });
  const SYN = tcp(C, S);
  for (const [what, first, error, expected] of [
    ['an error about a tracked packet is RELATED', SYN, icmp('10.0.0.9', '10.0.0.1', { type: 3, code: 1, about: SYN }), 'RELATED'],
    ['one about an unknown packet is INVALID', udp(C, S), icmp('10.0.0.9', '10.0.0.1', { type: 3, code: 1, about: SYN }), 'INVALID'],
    ['one sent to another host is INVALID', SYN, icmp('10.0.0.9', '10.0.0.3', { type: 3, code: 1, about: SYN }), 'INVALID'],
    [
      'one about another error is INVALID',
      SYN,
      icmp('10.0.0.9', '10.0.0.1', { type: 3, code: 1, about: icmp('10.0.0.1', '10.0.0.9', { type: 3, code: 1, about: SYN }) }),
      'INVALID',
    ],
  ] as const) {
    it(what, () => {
      const ns = oneNamespace(TRACKING);
      send(ns, first);
      assert.equal(send(ns, error).passage.state, expected);
    });
  }
});

it('neighbour discovery is UNTRACKED, other ICMPv6 that asks nothing INVALID', () => {
  const ns = oneNamespace(TRACKING);
  const state = (type: number): string => send(ns, { ...icmp('fd00::1', 'fd00::2', { type }), proto: 58 }).passage.state;
  assert.deepEqual([135, 136, 143, 128, 129, 1].map(state), ['UNTRACKED', 'UNTRACKED', 'UNTRACKED', 'NEW', 'INVALID', 'INVALID']);
});

it('what comes over the loopback keeps the connection it left with', () => {
  const ns = oneNamespace(TRACKING);
  const passage = passageOf(tcp('127.0.0.1:1', '127.0.0.1:2'));
  for (const hook of ['output', 'postrouting', 'prerouting', 'input'] as const) ns.nf.hook(hook, passage, 'lo', 'lo', false);
  assert.equal(passage.state, 'NEW');
  assert.equal(ns.nf.connections().length, 1);
});

it('a namespace without rules tracks nothing', () => {
  const ns = oneNamespace('');
  assert.equal(ns.nf.active, false);
  assert.equal(send(ns, tcp(C, S)).passage.ct, undefined);
});

describe("TCP's states, where the table has surprises", () => {
  for (const [state, segment, reply, next] of [
    ['TIME_WAIT', 'syn', false, 'SYN_SENT'],
    ['ESTABLISHED', 'syn', false, 'IGNORE'],
    ['SYN_SENT', 'syn', true, 'SYN_SENT2'],
    ['SYN_SENT', 'ack', true, 'IGNORE'],
    ['NONE', 'ack', false, 'ESTABLISHED'],
    ['NONE', 'syn', true, 'INVALID'],
    ['LAST_ACK', 'ack', false, 'TIME_WAIT'],
  ] as const) {
    it(`${state}, ${segment} of the ${reply ? 'answer' : 'request'} → ${next}`, () =>
      assert.equal(nextTcpState(state, segment, reply), next));
  }
});
