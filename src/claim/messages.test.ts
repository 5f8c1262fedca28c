/** Every way in which a claim can fail, and what it says then: one golden text each, read in review. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../trace/trace.js';
import { judgeConnectivity } from './connectivity.js';
import { judgeSpread } from './judge/judge-spread.js';
import { judgeQualifiers, judgeTraffic } from './judge/judge-traffic.js';
import { parseQualifier, parseSpreadClaim, parseTrafficClaim } from './parse/traffic-claim.js';
import { judgePath, type PathDirection, type PathMode, type PathRow } from './path.js';
import { buildWorld } from './testing/build-world.test.js';
import { outcome, way } from './testing/build-trace.test.js';
import { assertGolden, messageOf } from './testing/golden.test.js';
import { droppedByPolicy, noRoute, noSocket, rejected, replyLost, viaNodePort, viaVxlan } from './testing/scenes.test.js';

const SAME_NODE = outcome({
  server: 'pod/default/c',
  serverSees: { src: '10.244.1.2:40000', dst: '10.244.1.3:80' },
  pathMtu: 1500,
  request: way('pod.default.a@node1 tx eth0\nnode1 bridge cni0\npod.default.c@node1 rx eth0\npod.default.c@node1 deliver eth0'),
  reply: way('pod.default.c@node1 tx eth0\nnode1 bridge cni0\npod.default.a@node1 deliver eth0'),
});

/** A Local policy keeps the client's address. */
const LOCAL = viaNodePort({
  probability: 1,
  snat: false,
  serverSees: { src: '203.0.113.9:40000', dst: '10.244.3.4:80' },
  nat: [],
  request: way(`
    external.laptop@laptop tx eth0
    node3 rx eth0
    node3 prerouting:eth0 nat KUBE-NODEPORTS#1:-j KUBE-EXT-X; nat KUBE-EXT-X#3:-j KUBE-SVL-X; nat KUBE-SEP-B#2:-j DNAT => DNAT to 10.244.3.4:80
    node3 postrouting nat POSTROUTING#1:-j KUBE-POSTROUTING; nat KUBE-POSTROUTING#1:-m mark --mark 0x0/0x4000 -j RETURN
    node3 tx cni0
    pod.default.nginx-2@node3 rx eth0
    pod.default.nginx-2@node3 deliver eth0`),
});

const TRACES: Readonly<Record<string, readonly Outcome[]>> = {
  'pod/default/a svc/default/nginx:80': [viaVxlan('nginx-1'), viaVxlan('nginx-2')],
  'pod/default/a svc/default/nginx:81': [
    viaVxlan('nginx-1', { probability: 0.3333333333 }),
    { ...droppedByPolicy(), probability: 0.6666666667 },
  ],
  'pod/default/a svc/default/nginx:82': [viaVxlan('nginx-1', { probability: 0.7 }), viaVxlan('nginx-2', { probability: 0.3 })],
  'pod/default/a svc/default/nginx:83': [viaVxlan('nginx-1', { probability: 1, server: 'pod/default/c' })],
  'pod/default/a svc/default/empty:80': [rejected()],
  'pod/default/a svc/default/empty:81': [viaVxlan('nginx-1', { probability: 1 })],
  'pod/default/a pod/default/b:80': [droppedByPolicy()],
  'pod/default/a pod/default/b:81': [noSocket()],
  'pod/default/a pod/default/b:82': [replyLost()],
  'pod/default/a pod/default/c:80': [SAME_NODE],
  'external/laptop svc/default/nginx:80': [noRoute()],
  'external/laptop nodeport/node1:30080': [viaNodePort()],
  'external/laptop nodeport/node2:30080': [viaNodePort(), viaNodePort({ server: 'pod/default/nginx-1' })],
  'external/laptop nodeport/node3:30080': [LOCAL],
  'pod/default/a nodeport/node3:30080': [rejected()],
};

const world = buildWorld(TRACES);

function claim(sentence: string): void {
  judgeTraffic(parseTrafficClaim(sentence), world);
}

const SENTENCES: Readonly<Record<string, string>> = {
  'can-reach-rejected': 'pod A can reach Service empty',
  'can-reach-dropped-by-policy': 'pod A can reach pod B',
  'can-reach-no-socket': 'pod A can reach pod B on port 81',
  'can-reach-no-route': 'client laptop can reach Service nginx via ClusterIP',
  'can-reach-reply-lost': 'pod A can reach pod B on port 82',
  'can-reach-in-some-outcomes': 'pod A can reach Service nginx on port 81',
  'can-reach-one-node-fails': 'pod A can reach Service nginx via NodePort 30080',
  'can-reach-wrong-server': 'pod A can reach Service nginx on port 83',
  'can-reach-no-endpoint': 'pod A can reach Service empty on port 81',
  'every-pod-one-fails': 'every pod can reach pod B',
  'cannot-reach': 'pod A cannot reach Service nginx',
  'cannot-reach-times-out': 'pod A cannot reach Service empty and times out',
  'cannot-reach-is-refused': 'pod A cannot reach pod B and is refused',
  'cannot-reach-is-unreachable': 'pod A cannot reach pod B and is unreachable',
  'cannot-reach-dropped-by-other-policy': 'pod A cannot reach pod B and is dropped by NetworkPolicy allow-web',
  'cannot-reach-dropped-elsewhere': 'pod A cannot reach pod B and is dropped on node1 in FORWARD',
  'cannot-reach-not-dropped': 'pod A cannot reach pod B on port 81 and is dropped',
  'can-sometimes-reach': 'pod A can sometimes reach pod B',
  'can-sometimes-reach-with-qualifier': 'pod A can sometimes reach Service nginx, is not encapsulated',
  'is-snated': 'pod A can reach Service nginx and is SNATed',
  'is-snated-to-node': 'client laptop can reach Service nginx via NodePort 30080 on node2 and is SNATed to node1',
  'is-snated-in-some-nodes': 'client laptop can reach Service nginx via NodePort 30080 and is SNATed',
  'is-not-snated': 'client laptop can reach Service nginx via NodePort 30080 on node2 and is not SNATed',
  'is-dnated-to': 'pod A can reach Service nginx and is DNATed to 10.244.2.4:8080',
  'is-not-dnated': 'pod A can reach Service nginx and is not DNATed',
  'server-sees': 'client laptop can reach Service nginx via NodePort 30080 on node2 and the server sees 192.168.1.30',
  'server-sees-own': "client laptop can reach Service nginx via NodePort 30080 on node2 and the server sees the client's own address",
  'server-sees-nobody': 'pod A cannot reach pod B and the server sees pod A',
  'is-encapsulated': 'pod A can reach Service nginx and is encapsulated in IPIP',
  'is-encapsulated-between': 'pod A can reach Service nginx, is encapsulated in VXLAN between node1 and node2',
  'is-encapsulated-nowhere': 'pod A can reach pod C and is encapsulated',
  'is-not-encapsulated': 'pod A can reach Service nginx and is not encapsulated',
  'passes-through': 'pod A can reach pod C and passes through node3',
  'passes-through-chain': 'pod A can reach Service nginx and passes through chain KUBE-SVL-2CMXP7HKUVJN7L6M on node1',
  'does-not-pass-through': 'pod A can reach Service nginx and does not pass through node2',
  'does-not-pass-through-chain': 'pod A can reach Service nginx and does not pass through chain KUBE-SVC-*',
  'stays-on': 'pod A can reach Service nginx and stays on node1',
  'is-answered-only-by': 'pod A can reach Service nginx and is answered only by pods on node2',
  'is-spread-over': 'pod A can reach Service nginx and is spread over 3 endpoints',
  'takes-hops': 'pod A can reach Service nginx and takes 2 hops',
  'path-mtu': 'pod A can reach Service nginx and has a path MTU of 1500',
  'reply-returns-through': 'client laptop can reach Service nginx via NodePort 30080 on node2 and the reply returns through node1',
  'long-sentence':
    'a pod of Deployment nginx can reach every pod in namespace production on port 80, is not SNATed, is not encapsulated and passes through node1',
};

describe('a sentence that fails says why', () => {
  for (const [name, sentence] of Object.entries(SENTENCES)) {
    it(`${name}: ${sentence}`, () => {
      const message = messageOf(() => claim(sentence), 'ClaimMismatch');
      checkShape(message);
      assertGolden(name, message);
    });
  }
});

describe('a qualifier alone that fails says why', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'alone-is-snated-to': ['client laptop can reach Service nginx via NodePort 30080 on node2', 'it is SNATed to node3'],
    'alone-server-sees': ['client laptop can reach Service nginx via NodePort 30080 on node2', 'the server sees 10.244.1.1'],
    'alone-after-sometimes': ['pod A can sometimes reach Service nginx on port 81', 'it is answered only by pods on node3'],
  };
  for (const [name, [sentence, qualifier]] of Object.entries(cases)) {
    it(`${name}: ${qualifier}`, () => {
      const judgement = judgeTraffic(parseTrafficClaim(sentence), world);
      const message = messageOf(() => judgeQualifiers(parseQualifier(qualifier), judgement, world), 'ClaimMismatch');
      checkShape(message);
      assertGolden(name, message);
    });
  }
});

describe('where a pod runs is a claim too', () => {
  const cases: Readonly<Record<string, string>> = {
    'place-of-sender': 'pod A on node2 can reach pod C',
    'place-of-receiver': 'pod A can reach pod C on node3 on port 80',
  };
  for (const [name, sentence] of Object.entries(cases)) {
    it(`${name}: ${sentence}`, () => {
      assertGolden(
        name,
        messageOf(() => claim(sentence), 'ClaimMismatch'),
      );
    });
  }
});

describe('a node or pod that does not exist', () => {
  const cases: Readonly<Record<string, string>> = {
    'node-unknown-passes': 'pod A can reach Service nginx and does not pass through nod2',
    'node-unknown-between': 'pod A can reach Service nginx and is encapsulated in VXLAN between node1 and worker',
    'pod-unknown': 'pod Z can reach Service nginx',
    'pod-unknown-as-place': 'pod A can reach Service nginx and is DNATed to pod Z',
    'pod-unknown-as-object': 'pod A can reach pod Z on port 80',
    'node-unknown-place': 'pod A on nodee1 can reach pod C',
  };
  for (const [name, sentence] of Object.entries(cases)) {
    it(`${name}: ${sentence}`, () => {
      assertGolden(
        name,
        messageOf(() => claim(sentence), 'InputError'),
      );
    });
  }
});

interface PathCase {
  readonly sentence?: string;
  readonly mode?: PathMode;
  readonly direction?: PathDirection;
  readonly rows: readonly (readonly [string, string])[];
}

const PATHS: Readonly<Record<string, PathCase>> = {
  'path-wrong-device': {
    rows: [
      ['pod A', 'eth0'],
      ['node1', 'docker0'],
      ['node1', 'flannel.1 encapsulates in VXLAN'],
    ],
  },
  'path-wrong-encapsulation': {
    rows: [
      ['pod A', 'eth0'],
      ['node1', 'cni0'],
      ['node1', 'tunl0 encapsulates in IPIP'],
    ],
  },
  'path-wrong-order': {
    rows: [
      ['node1', 'flannel.1 encapsulates in VXLAN'],
      ['node1', 'nat KUBE-SVC-* DNAT to *'],
    ],
  },
  'path-holds-in-one-outcome': {
    rows: [
      ['node1', 'nat KUBE-SVC-* DNAT to 10.244.2.4:80'],
      ['pod nginx-1', 'eth0 delivered'],
    ],
  },
  'path-exactly-gap': {
    mode: 'exactly',
    rows: [
      ['pod A', 'eth0'],
      ['node1', 'cni0'],
      ['node1', 'nat * DNAT to *'],
    ],
  },
  'path-exactly-goes-on': {
    sentence: 'pod A can reach pod C',
    mode: 'exactly',
    rows: [
      ['pod A', 'eth0'],
      ['node1', 'cni0'],
    ],
  },
  'path-exactly-ends': {
    sentence: 'pod A can reach pod C',
    mode: 'exactly',
    rows: [
      ['pod A', 'eth0'],
      ['node1', 'cni0'],
      ['pod C', 'eth0'],
      ['pod C', 'lo'],
    ],
  },
  'reply-path': { direction: 'reply', rows: [['node1', 'nat un-SNAT to 10.96.0.20:80']] },
  'path-of-dropped': {
    sentence: 'pod A cannot reach pod B',
    rows: [
      ['node1', 'cni0'],
      ['node2', 'filter FORWARD REJECT'],
    ],
  },
};

describe('a path that fails says why', () => {
  for (const [name, { sentence = 'pod A can reach Service nginx', mode = 'gaps', direction = 'request', rows }] of Object.entries(PATHS)) {
    it(name, () => {
      const judgement = judgeTraffic(parseTrafficClaim(sentence), world);
      const table: PathRow[] = rows.map(([where, what]) => ({ where, what }));
      const message = messageOf(() => judgePath(table, { mode, direction }, judgement, world), 'ClaimMismatch');
      checkShape(message);
      assertGolden(name, message);
    });
  }
});

describe('tables and spreads that fail say why', () => {
  it('connectivity', () => {
    const table = [
      ['', 'pod B', 'pod C', 'client laptop'],
      ['pod A', 'yes', 'no', '-'],
      ['pod C', 'yes', '-', '-'],
    ];
    const message = messageOf(() => judgeConnectivity(table, { protocol: 'TCP', port: 80 }, world), 'ClaimMismatch');
    checkShape(message);
    assertGolden('connectivity', message);
  });
  it('spread', () => {
    const sentence = '1000 connections from pod A to Service nginx on port 82 are spread within 5% of even';
    const message = messageOf(() => judgeSpread(parseSpreadClaim(sentence), world), 'ClaimMismatch');
    checkShape(message);
    assertGolden('spread', message);
  });
});

/** One screen, one width, every part that each message has. */
function checkShape(message: string): void {
  const lines = message.split('\n');
  assert.ok(lines.length <= 32, `${lines.length} lines`);
  for (const line of lines) if (!line.startsWith('  replay:')) assert.ok(line.length <= 100, `${line.length} columns: ${line}`);
  for (const part of ['expected:', 'happened:', 'outcome:', 'replay:']) assert.ok(message.includes(`\n  ${part}`), `no ${part}`);
  assert.ok(!/undefined|\[object|NaN/.test(message), message);
}
