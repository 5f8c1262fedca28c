import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import type { Outcome } from '../../trace/trace.js';
import { parseQualifier, parseTrafficClaim } from '../parse/traffic-claim.js';
import { outcome, way } from '../testing/build-trace.test.js';
import { buildWorld } from '../testing/build-world.test.js';
import { droppedByPolicy, noRoute, noSocket, rejected, replyLost, viaNodePort, viaVxlan } from '../testing/scenes.test.js';
import type { ClaimWorld } from '../world.js';
import type { Judgement } from './judgement.js';
import { judgeQualifiers, judgeTraffic } from './judge-traffic.js';

const HAIRPIN = outcome({ server: 'pod/default/a', snat: true, serverSees: { src: '10.244.1.1:5', dst: '10.244.1.2:80' } });

const TRACES: Readonly<Record<string, readonly Outcome[]>> = {
  'pod/default/a svc/default/nginx:80': [viaVxlan('nginx-1'), viaVxlan('nginx-2')],
  'pod/default/a svc/default/nginx:81': [viaVxlan('nginx-1'), { ...rejected(), probability: 0.5 }],
  'pod/default/a svc/default/empty:80': [rejected()],
  'pod/default/a svc/default/empty:81': [viaVxlan('nginx-1', { probability: 1 })],
  'pod/default/a pod/default/b:80': [droppedByPolicy()],
  'pod/default/a pod/default/b:81': [noSocket()],
  'pod/default/a pod/default/b:82': [replyLost()],
  'pod/default/a pod/default/a:80': [HAIRPIN],
  'external/laptop svc/default/nginx:80': [noRoute()],
  'external/laptop nodeport/node2:30080': [viaNodePort(), viaNodePort({ server: 'pod/default/nginx-1' })],
};

function judge(sentence: string, world: ClaimWorld = buildWorld(TRACES), previous?: Judgement): Judgement {
  return judgeTraffic(parseTrafficClaim(sentence), world, previous);
}

describe('a sentence that is true passes', () => {
  const NODE_PORT = 'client laptop can reach Service nginx via NodePort 30080 on node2';
  const cases: readonly string[] = [
    'pod A can reach Service nginx',
    'pod A can sometimes reach Service nginx on port 81',
    'pod A can sometimes reach Service nginx and is answered only by pods on node3',
    'pod A cannot reach Service empty and is refused',
    'pod A cannot reach Service empty on port 81',
    'pod A cannot reach Service empty and is dropped by Service empty',
    'pod A cannot reach Service empty and is dropped on node1 in KUBE-SERVICES',
    'pod A cannot reach pod B and times out',
    'pod A cannot reach pod B and is dropped',
    'pod A cannot reach pod B and is dropped by NetworkPolicy deny-all',
    'pod A cannot reach pod B and is dropped by NetworkPolicy default/deny-all on node2 in KUBE-POD-FW-*',
    'pod A cannot reach pod B and is dropped on node2 in FORWARD',
    'pod A cannot reach pod B and does not pass through node3',
    'pod A cannot reach pod B on port 81 and is refused',
    'pod A cannot reach pod B on port 82, times out and the server sees pod A',
    'client laptop cannot reach Service nginx via ClusterIP and is unreachable',
    `${NODE_PORT} and is SNATed`,
    `${NODE_PORT} and is SNATed to node2`,
    `${NODE_PORT} and is SNATed to 192.168.1.20`,
    `${NODE_PORT}, is DNATed, is DNATed to 10.244.3.4:80 and is DNATed to 10.244.3.4`,
    `${NODE_PORT} and the server sees node2`,
    `${NODE_PORT} and the server sees 192.168.1.20`,
    `${NODE_PORT} and the reply returns through node2`,
    `${NODE_PORT} and passes through chain KUBE-POSTROUTING on node2`,
    `${NODE_PORT} and passes through chain KUBE-MARK-MASQ`,
    `${NODE_PORT} and is spread over 2 endpoints`,
    `${NODE_PORT} and takes 4 hops`,
    'pod A can reach Service nginx and is not SNATed',
    'pod A can reach Service nginx and is not SNATed to node1',
    "pod A can reach Service nginx and the server sees the client's own address",
    'pod A can reach Service nginx and the server sees pod A',
    'pod A can reach Service nginx and is encapsulated',
    'pod A can reach Service nginx and is encapsulated in VXLAN',
    'pod A can reach Service nginx and is not encapsulated in IPIP',
    'pod A can reach Service nginx and passes through node1',
    'pod A can reach Service nginx and passes through chain FLANNEL-FWD on node1',
    'pod A can reach Service nginx and passes through chain FORWARD on node1',
    'pod A can reach Service nginx and does not pass through chain DOCKER',
    'pod A can reach Service nginx and is spread over 2 endpoints',
    'pod A can reach Service nginx and takes 3 hops',
    'pod A can reach Service nginx and has a path MTU of 1450',
    'pod C can reach pod B and is not DNATed',
    'pod C can reach pod B and is not encapsulated',
    'pod B can reach pod B and stays on node2',
    'pod A can reach Service nginx via ClusterIP, is not SNATed, and is encapsulated in VXLAN and the reply returns through node1',
  ];
  for (const sentence of cases) it(sentence, () => assert.equal(judge(sentence).ok, true));
});

describe('a qualifier alone speaks of the last claim', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['pod A can reach Service nginx', 'it is encapsulated in VXLAN'],
    ['pod A can reach Service nginx', "the server sees the client's own address"],
    ['pod A can sometimes reach Service nginx', 'it is encapsulated in VXLAN between node3 and node1'],
    ['pod A cannot reach pod B', 'it is dropped by NetworkPolicy deny-all and times out'],
  ];
  for (const [sentence, qualifier] of cases) {
    it(`${sentence}; ${qualifier}`, () => {
      const world = buildWorld(TRACES);
      judgeQualifiers(parseQualifier(qualifier), judge(sentence, world), world);
    });
  }
});

describe('quantification', () => {
  const from = (judgement: Judgement): readonly string[] => [...new Set(judgement.checks.map((check) => check.subject.from))];

  it('every node of an unnamed NodePort is asked', () => {
    const { checks } = judge('pod C can reach Service nginx via NodePort 30080');
    assert.deepEqual(
      checks.map((check) => check.target.to),
      ['nodeport/node1:30080', 'nodeport/node2:30080', 'nodeport/node3:30080'],
    );
  });
  it('every pod means each of them', () =>
    assert.deepEqual(from(judge('every pod can reach Service nginx')), ['pod/default/a', 'pod/default/b', 'pod/default/c']));
  it('every other pod leaves out the pod that is reached', () => {
    assert.deepEqual(from(judge('every other pod can reach pod C')), ['pod/default/a', 'pod/default/b']);
  });
  it('every other pod leaves out the senders of the sentence before', () => {
    const world = buildWorld(TRACES);
    const first = judge('pod A cannot reach pod B', world);
    assert.deepEqual(from(judge('every other pod can reach pod B', world, first)), ['pod/default/c']);
  });
  it('a sentence that speaks of no connection is wrong, not true', () => {
    const world: ClaimWorld = { ...buildWorld(), subjects: () => [] };
    assert.throws(() => judge('every pod can reach pod B', world), InputError);
  });
  it('sometimes asks each sender for an outcome of its own', () => {
    assert.throws(() => judge('every pod can sometimes reach pod B'), /pod a to pod b/);
  });
  it('sometimes asks for one outcome that has every qualifier', () => {
    const sentence = 'pod A can sometimes reach Service nginx, is answered only by pods on node2 and passes through node3';
    assert.throws(() => judge(sentence), /passes through node3/);
  });
  it('later traces are not asked for once one shows the contrary', () => {
    let asked = 0;
    const world = buildWorld(TRACES);
    const counting: ClaimWorld = { ...world, trace: (subject, target) => (asked++, world.trace(subject, target)) };
    assert.throws(() => judge('every pod can reach pod B', counting));
    assert.equal(asked, 1);
  });
  it('a claim about reaching and NAT reads no hops', () => {
    const unread = (): never => assert.fail('hops were read');
    const lazy = Object.defineProperty({ ...viaNodePort({ probability: 1 }) }, 'request', { get: unread });
    judge('pod C can reach pod B, is SNATed to node2 and is not encapsulated', buildWorld({ 'pod/default/c pod/default/b:80': [lazy] }));
  });
});

describe('what cannot be judged is neither true nor false', () => {
  const BLIND = outcome({ pathMtu: null });
  const world = buildWorld({
    'pod/default/c pod/default/b:80': [BLIND],
    'pod/default/c svc/default/nginx:80': [outcome({ server: null })],
  });
  const cases: readonly (readonly [string, string])[] = [
    ['pod C can reach host "web.shop"', 'object-host'],
    ['pod C can reach pod B and is DNATed to host "b.example"', 'object-host'],
    ['pod C can reach Service nginx', 'not-observed'],
    ['pod C can reach Service nginx via Ingress "shop.example/"', 'route-ingress'],
    ['pod C can reach Service nginx via Gateway "shop.example/"', 'route-gateway'],
    ['pod C can reach pod B and passes through node2', 'not-observed'],
    ['pod C can reach pod B and takes 2 hops', 'not-observed'],
    ['pod C can reach pod B and stays on node2', 'not-observed'],
    ['pod C can reach pod B and the reply returns through node1', 'not-observed'],
    ['pod C can reach pod B and has a path MTU of 1500', 'not-observed'],
    ['pod C can reach Service nginx and is spread over 1 endpoint', 'not-observed'],
  ];
  for (const [sentence, code] of cases) {
    it(sentence, () => {
      assert.throws(
        () => judge(sentence, world),
        (error) => error instanceof UnsupportedError && error.code === code,
      );
    });
  }
});

describe('copies that a switch floods', () => {
  it('are no part of the way', () => {
    const flooded = outcome({
      request: way(`
        pod.default.c@node1 tx eth0
        node1 bridge cni0
        pod.default.x@node3 rx eth0
        pod.default.x@node3 drop eth0 OTHERHOST
        pod.default.b@node1 rx eth0
        pod.default.b@node1 deliver eth0`),
      reply: way('pod.default.b@node1 tx eth0'),
    });
    judge(
      'pod C can reach pod B and does not pass through node3 and stays on node1',
      buildWorld({ 'pod/default/c pod/default/b:80': [flooded] }),
    );
  });
});
