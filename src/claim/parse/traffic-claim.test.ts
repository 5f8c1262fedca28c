import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../base/errors.js';
import { CLAIM_WORDINGS } from '../wordings.js';
import { parseQualifier, parseSpreadClaim, parseTrafficClaim } from './traffic-claim.js';

/** Without spans, which are checked on their own. */
function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, one: unknown) => (/[sS]pan$/.test(key) ? undefined : one)));
}

describe('every listed wording parses', () => {
  const tables = ['path', 'path line', 'table'];
  for (const { group, example } of CLAIM_WORDINGS.filter((wording) => !tables.includes(wording.group))) {
    it(`${group}: ${example}`, () => {
      if (group === 'qualifier alone') assert.equal(parseQualifier(example).qualifiers.length, 1);
      else if (group === 'spread') parseSpreadClaim(example);
      else parseTrafficClaim(example);
    });
  }
});

describe('subjects', () => {
  const cases: readonly [string, unknown][] = [
    ['pod A', { kind: 'pod', name: { name: 'A' } }],
    ['pod shop/web-0 on node1', { kind: 'pod', name: { namespace: 'shop', name: 'web-0' }, node: 'node1' }],
    ['container ssh of pod A', { kind: 'pod', name: { name: 'A' }, container: 'ssh' }],
    ['a pod of Deployment shop/web', { kind: 'pod-of', owner: { kind: 'Deployment', name: { namespace: 'shop', name: 'web' } } }],
    ['every pod of StatefulSet db', { kind: 'pod-of', owner: { kind: 'StatefulSet', name: { name: 'db' } }, every: true }],
    ['every other pod', { kind: 'every-pod', other: true }],
    [
      'every pod in namespace dev labelled app=web,tier=',
      { kind: 'every-pod', namespace: 'dev', labels: { app: 'web', tier: '' }, other: false },
    ],
    ['node-17', { kind: 'node', name: 'node-17' }],
    ['client laptop', { kind: 'client', name: 'laptop' }],
    ['pod "on"', { kind: 'pod', name: { name: 'on' } }],
  ];
  for (const [text, expected] of cases) {
    it(text, () => assert.deepEqual(bare(parseTrafficClaim(`${text} can reach pod B`).subject), expected));
  }
});

describe('objects and routes', () => {
  const cases: readonly [string, unknown, unknown][] = [
    [
      'Service shop/web via ClusterIP on port https',
      { kind: 'service', name: { namespace: 'shop', name: 'web' } },
      { via: 'ClusterIP', portName: 'https' },
    ],
    ['Service web via NodePort', { kind: 'service', name: { name: 'web' } }, { via: 'NodePort' }],
    [
      'Service web via NodePort 30080 on node2',
      { kind: 'service', name: { name: 'web' } },
      { via: 'NodePort', port: 30080, node: 'node2' },
    ],
    ['Service web via LoadBalancer on port 443', { kind: 'service', name: { name: 'web' } }, { via: 'LoadBalancer', port: 443 }],
    ['Service web via ExternalIP fd00::1', { kind: 'service', name: { name: 'web' } }, { via: 'ExternalIP', address: 'fd00::1' }],
    ['pod B on UDP port 53', { kind: 'pod', name: { name: 'B' } }, { via: 'port', port: 53, protocol: 'UDP' }],
    ['pod B on node2 on port 81', { kind: 'pod', name: { name: 'B' }, node: 'node2' }, { via: 'port', port: 81 }],
    ['pod B via hostPort 8080 on node1', { kind: 'pod', name: { name: 'B' } }, { via: 'hostPort', port: 8080, node: 'node1' }],
    ['node2 by ping', { kind: 'node', name: 'node2' }, { via: 'ping' }],
    ['address fd00::5 on port 80', { kind: 'address', address: 'fd00::5' }, { via: 'port', port: 80 }],
    ['localhost', { kind: 'localhost' }, undefined],
    ['host "web.shop"', { kind: 'host', host: 'web.shop' }, undefined],
    [
      'Service web via Ingress "shop.example/cart"',
      { kind: 'service', name: { name: 'web' } },
      { via: 'Ingress', address: 'shop.example/cart' },
    ],
  ];
  for (const [text, object, route] of cases) {
    it(text, () => {
      const claim = parseTrafficClaim(`pod A can reach ${text} and is not SNATed`);
      assert.deepEqual(bare(claim.object), object);
      assert.deepEqual(claim.route === undefined ? undefined : bare(claim.route), route);
      assert.equal(claim.qualifiers.length, 1);
    });
  }
});

describe('qualifiers', () => {
  const cases: readonly [string, unknown][] = [
    ['it is SNATed to 10.244.1.0', { kind: 'snat', negated: false, to: { kind: 'socket', ip: '10.244.1.0' } }],
    ['it is not SNATed', { kind: 'snat', negated: true }],
    ['it is DNATed to [fd00::1]:8080', { kind: 'dnat', negated: false, to: { kind: 'socket', ip: 'fd00::1', port: 8080 } }],
    ['it is DNATed to pod B', { kind: 'dnat', negated: false, to: { kind: 'pod', name: { name: 'B' } } }],
    ["the server sees the client's own address", { kind: 'server-sees', address: 'own' }],
    ['the server sees node1', { kind: 'server-sees', address: { kind: 'node', name: 'node1' } }],
    ['it is encapsulated between a and b', { kind: 'encapsulated', negated: false, between: ['a', 'b'] }],
    ['it does not pass through chain KUBE-SVC-* on node2', { kind: 'passes', negated: true, chain: 'KUBE-SVC-*', node: 'node2' }],
    ['it takes 1 hop', { kind: 'hops', count: 1 }],
    ['it is spread over 1 endpoint', { kind: 'spread-over', count: 1 }],
    ['it is dropped', { kind: 'dropped' }],
    [
      'it is dropped by NetworkPolicy shop/deny on node2 in FORWARD',
      { kind: 'dropped', by: { kind: 'NetworkPolicy', namespace: 'shop', name: 'deny' }, node: 'node2', chain: 'FORWARD' },
    ],
    ['it times out', { kind: 'fate', verdict: 'timeout' }],
  ];
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(bare(parseQualifier(text).qualifiers[0]), expected));

  it('several are joined by commas and `and`', () => {
    const text =
      'pod A can reach Service nginx, is SNATed to node1, the server sees node1, and is encapsulated in VXLAN between node1 and node2 and takes 3 hops';
    assert.deepEqual(
      parseTrafficClaim(text).qualifiers.map((one) => one.kind),
      ['snat', 'server-sees', 'encapsulated', 'hops'],
    );
  });

  it('a span covers the words of its qualifier', () => {
    const text = 'pod A on node1 can reach Service nginx via NodePort 30080 and is SNATed to node2';
    const claim = parseTrafficClaim(text);
    const at = (span: { start: number; end: number } | undefined): string => text.slice(span?.start, span?.end);
    assert.deepEqual(
      [at(claim.modeSpan), at(claim.objectSpan), at(claim.route?.span), at(claim.qualifiers[0]?.span)],
      ['can reach', 'Service nginx', 'via NodePort 30080', 'is SNATed to node2'],
    );
  });
});

describe('robustness', () => {
  it('any text parses or is an InputError with a position inside it', () => {
    const words = fc.constantFrom(
      'pod',
      'A',
      'can',
      'cannot',
      'reach',
      'Service',
      'via',
      'NodePort',
      '30080',
      'on',
      'port',
      'and',
      ',',
      'is',
      'SNATed',
      'to',
      '"',
      'every',
      '',
      '*',
    );
    const sentence = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(sentence, (text) => {
        try {
          parseTrafficClaim(text);
        } catch (error) {
          assert.ok(error instanceof InputError);
          const column = error.problems[0]?.position?.column ?? 0;
          assert.ok(column >= 1 && column <= text.length + 1);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
