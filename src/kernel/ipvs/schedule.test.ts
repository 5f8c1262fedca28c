import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnsupportedError } from '../../base/errors.js';
import { formatIp } from '../../base/ip.js';
import { readIpvs } from '../../plan/ipvs/read-ipvs.js';
import { tupleOf } from '../netfilter/conntrack/tuple.js';
import { tcp } from '../netfilter/testing/one-namespace.js';
import { IpvsConnections } from './connection.js';
import { followPacket } from './follow.js';
import { ServiceStates } from './schedule.js';

interface Setup {
  /** Branches that the oracle takes, in order; the first after them. */
  readonly script?: readonly number[];
  /** Clients, by the last number of their address; 1, 2, 3 … unless given. */
  readonly clients?: readonly number[];
  readonly weights?: readonly number[];
  /** Seconds between connections. */
  readonly seconds?: number;
  readonly more?: string;
  /** What the oracle was asked, as weights. */
  readonly asked?: number[][];
}

/** Servers A, B and C, in the order in which they are added; a letter for each new connection, `-` for none. */
function servers(options: string, count: number, setup: Setup = {}): string {
  const { script = [], clients, weights = [1, 1, 1], seconds = 0, more = '', asked = [] } = setup;
  const key = '-t 10.96.0.1:80';
  const lines = weights.map((weight, i) => `-a ${key} -r 10.0.0.${i + 1}:80 -m -w ${weight}${more}`);
  const [service] = readIpvs([`-A ${key} ${options}`, ...lines].join('\n')).values();
  assert.ok(service);
  const states = new ServiceStates();
  const connections = new IpvsConnections({ isOpen: () => true, timeouts: {} });
  const answers = [...script];
  const oracle = { choose: (_site: string, shares: readonly number[]) => (asked.push([...shares]), answers.shift() ?? 0) };
  let text = '';
  for (let i = 0; i < count; i++) {
    const nowUs = i * seconds * 1_000_000;
    const packet = tcp(`10.1.0.${clients?.[i] ?? i + 1}:${4000 + i}`, '10.96.0.1:80');
    const server = states.schedule(service, packet, { connections, oracle, nowUs, expireQuiescent: true });
    text += server === undefined ? '-' : ('ABC'[Number(formatIp(server.ip).slice(-1)) - 1] ?? '?');
    if (server === undefined) continue;
    const made = connections.add(tupleOf(packet), { service: service.key, server, serverPort: 80 });
    followPacket(made, packet, { direction: 'in', nowUs, timeouts: {} });
  }
  return text;
}

describe('the servers of one connection after another', () => {
  const cases: readonly [what: string, options: string, expected: string, setup?: Setup][] = [
    ['rr: in turn, the last added first, after the one that the oracle named', '-s rr', 'ACBACB'],
    ['rr: from another beginning', '-s rr', 'CBACBA', { script: [2] }],
    ['rr passes over servers without a weight', '-s rr', 'ACACAC', { weights: [1, 0, 2] }],
    ['wrr: by weight', '-s wrr', 'CBACCB', { weights: [1, 2, 3], script: [2] }],
    ['wrr: equal weights are rr', '-s wrr', 'BACBAC', { script: [1] }],
    ['lc: to whom has least', '-s lc', 'BCACBA', { script: [1] }],
    ['wlc: by weight', '-s wlc', 'ACACAA', { weights: [2, 0, 1] }],
    ['sed counts the connection to come', '-s sed', 'ACACAA', { weights: [3, 0, 2] }],
    ['nq: the idle first, however slow', '-s nq', 'ACBAAA', { weights: [9, 1, 1] }],
    ['dh: one address, one server', '-s dh', 'BBBBBB'],
    ['sh: one client, one server', '-s sh', 'AAAAAA', { clients: [7, 7, 7, 7, 7, 7] }],
    ['mh: one client, one server, by a hash', '-s mh', 'AAAAAA', { clients: [1, 2, 1, 2, 1, 2] }],
    ['persistent: a client stays', '-s rr -p 300', 'ACACAC', { clients: [1, 2, 1, 2, 1, 2] }],
    ['persistent: a network stays', '-s rr -p 300 -M 255.255.255.0', 'AAAAAA'],
    ['persistent: until nothing came for the time', '-s rr -p 300', 'ACBACB', { clients: [1, 1, 1, 1, 1, 1], seconds: 301 }],
    ['persistent: each connection begins the time anew', '-s rr -p 300', 'AAAAAA', { clients: [1, 1, 1, 1, 1, 1], seconds: 299 }],
    ['a threshold keeps further connections away', '-s rr', 'ACBACB', { more: ' -x 2' }],
    ['no server without a weight', '-s rr', '------', { weights: [0, 0, 0] }],
    ['no server at all', '-s wrr', '------', { weights: [] }],
  ];
  for (const [what, options, expected, setup] of cases) {
    it(what, () => assert.equal(servers(options, 6, setup), expected));
  }
  it('a threshold refuses at last', () => assert.equal(servers('-s rr', 7, { more: ' -x 2' }), 'ACBACB-'));
  it('forgets connections after their time: 60 s of one that only began', () => {
    assert.equal(servers('-s rr', 4, { weights: [1], more: ' -x 1', seconds: 31 }), 'A-A-');
  });
  it('sh leaves clients of a server without a weight alone, unless it may fall back', () => {
    const setup = { weights: [1, 0, 1] };
    assert.match(servers('-s sh', 60, setup), /-/);
    assert.doesNotMatch(servers('-s sh -b sh-fallback', 60, setup), /[-B]/);
  });
  it('mh spreads clients', () => assert.deepEqual(new Set(servers('-s mh', 60)), new Set('ABC')));
  it('sh spreads clients, and with sh-port connections', () => {
    assert.deepEqual(new Set(servers('-s sh', 60)), new Set('ABC'));
    assert.deepEqual(new Set(servers('-s sh -b sh-port', 60, { clients: new Array<number>(60).fill(1) })), new Set('ABC'));
  });
});

describe('the oracle is asked', () => {
  for (const [options, weights, expected] of [
    ['-s rr', [1, 2, 1], [1 / 3, 1 / 3, 1 / 3]],
    ['-s wrr', [1, 2, 1], [0.25, 0.5, 0.25]],
    ['-s lc', [1, 2, 1], [1 / 3, 1 / 3, 1 / 3]],
    ['-s wlc', [1, 0, 3], [0.25, 0.75]],
  ] as const) {
    it(`once, for the first server, of ${options} with weights ${weights.join(', ')}`, () => {
      const asked: number[][] = [];
      servers(options, 6, { weights, asked });
      assert.deepEqual(asked, [expected]);
    });
  }
  it('never where there is one server', () => {
    const asked: number[][] = [];
    assert.equal(servers('-s wlc', 3, { weights: [1, 0, 0], asked }), 'AAA');
    assert.deepEqual(asked, []);
  });
  it('of a scheduler that is not modelled, not at all', () => {
    for (const name of ['lblc', 'lblcr', 'fo', 'ovf', 'twos']) assert.throws(() => servers(`-s ${name}`, 1), UnsupportedError);
  });
});
