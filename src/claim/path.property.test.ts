/** What holds for every path, however odd: it is met by its own printed rows, and wildcards mean what a regular expression would. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Hop, Stage } from '../trace/trace.js';
import { globMatches } from './glob.js';
import { judgeTraffic } from './judge/judge-traffic.js';
import { parseTrafficClaim } from './parse/traffic-claim.js';
import { judgePath } from './path.js';
import { hopLines } from './path-lines.js';
import { outcome } from './testing/build-trace.test.js';
import { buildWorld } from './testing/build-world.test.js';

const STAGES: readonly Stage[] = [
  'rx',
  'tx',
  'prerouting',
  'forward',
  'postrouting',
  'route',
  'bridge',
  'encapsulate',
  'decapsulate',
  'deliver',
  'drop',
];

const anyHop: fc.Arbitrary<Hop> = fc.record({
  t: fc.constant(0),
  node: fc.constantFrom('node1', 'node2'),
  netns: fc.constantFrom('node1', 'node2', 'pod.default.b', 'pod.shop.web-0', 'external.laptop'),
  device: fc.constantFrom('eth0', 'cni0', 'lo', null),
  stage: fc.constantFrom(...STAGES),
  packet: fc.constant(''),
  change: fc.constantFrom(
    null,
    'DNAT to 10.244.2.3:80',
    'MASQUERADE to 10.0.0.1:5',
    'encapsulates in VXLAN',
    'DNAT to 1.2.3.4:5, SNAT to 6.7.8.9:1',
  ),
  rules: fc.array(
    fc.record({
      table: fc.constantFrom('nat', 'filter'),
      chain: fc.constantFrom('A', 'KUBE-SVC-X'),
      index: fc.nat(3),
      text: fc.constantFrom('', '-j ACCEPT'),
    }),
    { maxLength: 3 },
  ),
  verdict: fc.constantFrom('accept', 'drop', 'reject', 'NEIGH_FAILED'),
});

describe('any path', () => {
  const judgement = judgeTraffic(parseTrafficClaim('pod A can reach pod B'), buildWorld());
  const rowsOf = (hops: readonly Hop[]): { where: string; what: string }[] =>
    hopLines(hops, 'default')
      .filter((line) => !line.quiet)
      .map((line) => ({ where: line.where, what: line.texts[0] ?? '' }));

  it('is met by the rows it is printed as, with gaps and exactly', () => {
    fc.assert(
      fc.property(fc.array(anyHop, { minLength: 1, maxLength: 12 }), (request) => {
        const rows = rowsOf(request);
        fc.pre(rows.length > 0);
        const [check] = judgement.checks;
        assert.ok(check);
        const same = { ...judgement, checks: [{ ...check, trace: { ...check.trace, outcomes: [outcome({ request })] } }] };
        judgePath(rows, { mode: 'gaps', direction: 'request' }, same, buildWorld());
        judgePath(rows, { mode: 'exactly', direction: 'request' }, same, buildWorld());
      }),
      { seed: 1, numRuns: 300 },
    );
  });
  it('keeps every hop in at most one printed line', () => {
    fc.assert(
      fc.property(fc.array(anyHop, { maxLength: 12 }), (hops) => {
        const seen = hopLines(hops, 'default').flatMap((line) => line.hops);
        assert.equal(new Set(seen).size, seen.length);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('wildcards', () => {
  it('mean what a regular expression would', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 8 }).map((list) => list.join(''));
    const pattern = fc.array(fc.constantFrom('a', 'b', '.', '*'), { maxLength: 6 }).map((list) => list.join(''));
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const expected = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(value);
        assert.equal(globMatches(glob, value), expected);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});
