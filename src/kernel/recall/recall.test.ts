import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Plan } from '../../plan/plan.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Extent, SimulatedNetwork } from '../contract.js';
import { createNetwork } from '../network.js';
import { readPlan } from '../../plan/plan-json.js';
import { planSource } from '../plan-source.js';
import { seededOracle } from '../run-plan.js';
import { sameValue } from './trace/same-value.js';
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

const SYSCTL = { 'net.ipv4.ip_forward': '1', 'net.ipv4.icmp_ratelimit': '0' };

/** A client, a router with rules, and a server that listens on two ports. */
function routed(iptables: string): Plan {
  const link = (name: string, addr: string, peer: string): object => ({
    name,
    kind: 'veth',
    addr: [addr],
    peer: { netns: peer, name: name === 'eth0' ? 'r0' : 'r1' },
  });
  const plan = {
    netns: {
      client: { sysctl: SYSCTL, links: [link('eth0', '10.0.0.2/24', 'router')], routes: ['default via 10.0.0.1'] },
      router: {
        sysctl: SYSCTL,
        links: [
          { name: 'r0', kind: 'veth', addr: ['10.0.0.1/24'] },
          { name: 'r1', kind: 'veth', addr: ['10.0.1.1/24'] },
        ],
        iptables,
      },
      server: { sysctl: SYSCTL, links: [link('eth1', '10.0.1.2/24', 'router')], routes: ['default via 10.0.1.1'] },
    },
    listeners: [80, 81].map((port) => ({ id: `web${port}`, netns: 'server', proto: 'tcp', port })),
    probes: [],
  };
  return readPlan(JSON.stringify(plan), 'plan.json');
}

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

const table = (name: string, ...rules: readonly string[]): string =>
  `*${name}\n${(name === 'nat' ? ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT']).map((chain) => `:${chain} ACCEPT [0:0]`).join('\n')}\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;

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
