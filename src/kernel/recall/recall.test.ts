import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Plan } from '../../plan/plan.js';
import type { Extent, SimulatedNetwork } from '../contract.js';
import { createNetwork } from '../network.js';
import { planSource } from '../plan-source.js';
import { seededOracle } from '../run-plan.js';
import { routed, table } from './testing/routed.js';
import { KEPT, probesOf, readKept, toProbe } from './testing/kept-plans.js';

const NEVER = Number.POSITIVE_INFINITY;
const EXTENTS: readonly Extent[] = ['packet', 'conversation'];
const PROBES = 5;

/** Each flow three times from other ports; sometimes another follows, or somebody looks at the connections. */
function tell(network: SimulatedNetwork, plan: Plan): unknown[] {
  const told: unknown[] = [];
  for (const [i, planned] of probesOf(plan, PROBES).entries()) {
    for (const extent of EXTENTS) {
      for (let again = 0; again < 4; again++) {
        const probe = toProbe(planned, 32_768 + (((i * 4 + again) * 7919) % 28_000), extent);
        network.reset();
        told.push(network.probe(probe, seededOracle(again % 2), false));
        if (again === 2) told.push(Object.keys(plan.netns).map((netns) => network.connections(netns)));
        if (again === 3) told.push(network.probe(probe, seededOracle(7), true));
      }
    }
  }
  return told;
}

describe('flows of random plans', () => {
  let recalled = 0;
  for (const file of readdirSync(KEPT).filter((name) => !name.startsWith('ipv6'))) {
    it(`come to the same, recalled or walked: ${file}`, () => {
      const plan = readKept(readFileSync(`${KEPT}/${file}`, 'utf8'), file);
      const watched = createNetwork(planSource(plan), { watchAfter: 0 });
      assert.deepEqual(tell(watched, plan), tell(createNetwork(planSource(plan), { watchAfter: NEVER }), plan));
      recalled += watched.counters.flowsRecalled;
    });
  }
  it('are recalled', () => assert.ok(recalled > 50, `${recalled} were`));
});

function caller(
  iptables: string,
  extent: Extent = 'packet',
): { readonly network: SimulatedNetwork; call(dport: number, sport: number): string } {
  const network = createNetwork(planSource(routed(iptables)), { watchAfter: 0 });
  return {
    network,
    call: (dport, sport) => {
      network.reset();
      const { verdict, server, seenSrc } = network.probe(
        { netns: 'client', proto: 'tcp', dst: 0x0a000102, dport, sport, extent },
        seededOracle(1),
        false,
      );
      return `${verdict} ${server ?? '-'} ${seenSrc?.port ?? '-'}`;
    },
  };
}

const CALLS = [40_000, 40_001, 40_002, 50_000, 40_003] as const;

describe('a flow is recalled', () => {
  const masqueraded = table('nat', 'POSTROUTING -o r1 -j MASQUERADE');
  for (const extent of ['packet', 'conversation'] as const) {
    it(`from whatever port, where no rule asks for that: ${extent}`, () => {
      const { network, call } = caller(masqueraded, extent);
      assert.deepEqual(
        CALLS.map((sport) => call(80, sport)),
        CALLS.map((sport) => `delivered web80 ${sport}`),
      );
      assert.ok(network.counters.flowsRecalled >= 2);
    });
  }

  it('to the port that is called', () => {
    const { call } = caller(masqueraded);
    assert.deepEqual(
      [80, 81, 80, 81, 80, 81].map((dport) => call(dport, 40_000).split(' ')[1]),
      ['web80', 'web81', 'web80', 'web81', 'web80', 'web81'],
    );
  });

  it('with the port that its own becomes by MASQUERADE --random-fully', () => {
    const rules = table('nat', 'POSTROUTING -o r1 -j MASQUERADE --random-fully');
    const walked = CALLS.map((sport) => caller(rules).call(80, sport));
    const { network, call } = caller(rules);
    assert.deepEqual(
      CALLS.map((sport) => call(80, sport)),
      walked,
    );
    assert.ok(network.counters.flowsRecalled >= 2);
  });

  const unlike: readonly [string, string][] = [
    [
      'a rule asks for its port',
      table('filter', 'FORWARD -p tcp -m tcp --sport 40000:41000 -j ACCEPT', 'FORWARD -p tcp -m tcp --dport 80 -j DROP'),
    ],
    [
      'a rule asks for bytes of it',
      table('filter', 'FORWARD -m u32 --u32 "0>>22&0x3C@0>>16=40000:41000" -j ACCEPT', 'FORWARD -p tcp -m tcp --dport 80 -j DROP'),
    ],
  ];
  for (const [name, rules] of unlike) {
    it(`not where ${name}`, () => {
      const { call } = caller(rules);
      for (let again = 0; again < 3; again++) {
        assert.equal(call(80, 40_000), 'delivered web80 40000');
        assert.equal(call(80, 50_000), 'timeout - -');
      }
    });
  }

  it('and the next one meets what it has left behind', () => {
    const { network, call } = caller(`${masqueraded}${table('filter', 'FORWARD -m conntrack --ctstate ESTABLISHED,NEW -j ACCEPT')}`);
    for (const sport of CALLS) call(80, sport);
    assert.match(network.connections('router').join('\n'), /sport=40003/);
    network.deleteConnections('router');
    assert.deepEqual(network.connections('router'), []);
  });

  it('not from a listener that has ended', () => {
    const { network, call } = caller(masqueraded);
    for (const sport of CALLS) call(80, sport);
    network.stop('web80');
    assert.equal(call(80, 40_000).split(' ')[0], 'refused');
  });
});
