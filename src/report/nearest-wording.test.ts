import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWording } from './nearest-wording.js';

const CASES: readonly (readonly [text: string, example: string | undefined, marked: string])[] = [
  ['pod A can rech pod B', 'Then pod A on node1 can reach Service nginx via NodePort 30080 and is SNATed', 'rech'],
  ['kube-proxy is running in iptables mode', 'Given kube-proxy runs in iptables mode', 'is'],
  ['kube-proxy runs in iptable mode', 'Given kube-proxy runs in iptables mode', 'iptable'],
  ['pod A in node1', 'Given pod A on node1 with labels app=web listening on UDP 53 and TCP 8080', 'in'],
  ['it is SNATTed', 'And it is SNATed', 'SNATTed'],
  ['it is encapsulated by VXLAN', 'And it is encapsulated in VXLAN', 'by'],
  ['Deployment nginx have 2 ready replicas', 'Then Deployment nginx has 2 ready replicas', 'have'],
  ['a cluster of 3 nodes', 'Given a cluster with 3 nodes', 'of'],
  ['the manifest', 'Given the manifest:', 'manifest'],
  ['the server see 10.0.0.1', 'And the server sees 10.244.1.1', 'see'],
  ['pod A runs at node2', 'Then pod A runs on node2', 'at'],
  ['Service nginx has no endpoint', 'Then Service nginx has no endpoints', 'endpoint'],
  ['every morning I drink a cup of tea before work', undefined, ''],
];

for (const [text, example, marked] of CASES) {
  test(example ? `"${text}" is nearest to "${example}", but for "${marked}"` : `"${text}" is like nothing known`, () => {
    const guess = nearestWording(text);
    assert.equal(guess?.wording.example, example);
    if (guess) assert.equal(text.slice(guess.start, guess.end), marked);
  });
}
