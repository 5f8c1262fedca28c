import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNetwork } from '../network.js';
import { readPlan, writePlan } from '../../plan/plan-json.js';

const SYSCTL = { 'net.ipv4.icmp_ratelimit': '0' };

/** Two hosts on one cable, of which `b` answers ARP as told and translates what comes for 10.0.0.9 to itself. */
function plan(speakers: unknown): string {
  const link = (addr: string): object => ({ name: 'eth0', kind: 'veth', addr: [addr] });
  return JSON.stringify({
    netns: {
      a: { sysctl: SYSCTL, links: [{ ...link('10.0.0.1/24'), peer: { netns: 'b', name: 'eth0' } }] },
      b: {
        sysctl: SYSCTL,
        links: [link('10.0.0.2/24')],
        iptables: '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.0.0.9/32 -j DNAT --to-destination 10.0.0.2\nCOMMIT\n',
        ...(speakers === undefined ? {} : { speakers }),
      },
    },
    listeners: [{ id: 'web', netns: 'b', proto: 'tcp', port: 80 }],
    probes: [{ id: 'p', netns: 'a', proto: 'tcp', dst: '10.0.0.9', dport: 80 }],
  });
}

describe('a speaker', () => {
  it('answers ARP for an address that its host does not hold, and for no other', () => {
    for (const [speakers, verdict] of [
      [{ eth0: ['10.0.0.9'] }, 'delivered'],
      [{ eth0: ['10.0.0.8'] }, 'unreachable'],
      [undefined, 'unreachable'],
    ] as const) {
      const read = readPlan(plan(speakers), 'plan.json');
      const network = createNetwork({
        netns: (name) => read.netns[name],
        listeners: (name) => read.listeners.filter(({ netns }) => netns === name),
      });
      const record = network.probe({ netns: 'a', proto: 'tcp', dst: 0x0a000009, dport: 80, timeoutMs: 5000 }, { choose: () => 0 }, false);
      assert.equal(record.verdict, verdict, JSON.stringify(speakers));
    }
  });

  it('is written as it was read', () => {
    const read = readPlan(plan({ eth0: ['10.0.0.9'] }), 'plan.json');
    assert.deepEqual(readPlan(writePlan(read), 'plan.json').netns['b']?.speakers, { eth0: ['10.0.0.9'] });
  });

  const refused: readonly [string, unknown, RegExp][] = [
    ['a device that is not there', { eth1: ['10.0.0.9'] }, /eth1/],
    ['no address', { eth0: ['web'] }, /`web` is not an IP address/],
    ['no list', { eth0: '10.0.0.9' }, /netns\.b\.speakers\.eth0/],
  ];
  for (const [name, speakers, message] of refused)
    it(`is refused with ${name}`, () => assert.throws(() => readPlan(plan(speakers), 'plan.json'), message));
});
