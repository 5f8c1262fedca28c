import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointChainName, servicePortHash } from './chain-names.js';

const PORTS: readonly [spn: string, protocol: string, hash: string][] = [
  ['default/kubernetes:https', 'tcp', 'NPX46M4PTMTKRN6Y'],
  ['kube-system/kube-dns:dns', 'udp', 'TCOU7JCQXEZGVUNU'],
  ['default/web', 'tcp', 'LOLE4ISW44XBNF3G'],
];
const ENDPOINTS: readonly [spn: string, endpoint: string, chain: string][] = [
  ['ns1/svc1:p80', '10.180.0.1:80', 'KUBE-SEP-SXIVWICOYRO3J4NJ'],
  ['default/web', '10.244.0.5:8080', 'KUBE-SEP-5ORQWIE3QG6L2KWO'],
  ['default/web', '10.244.36.73:80', 'KUBE-SEP-AHKVJ4M3GZYQHEVU'],
];

for (const [spn, protocol, hash] of PORTS) {
  test(`the chains of ${spn} over ${protocol} end in ${hash}, as on real clusters`, () =>
    assert.equal(servicePortHash(spn, protocol), hash));
}
for (const [spn, endpoint, chain] of ENDPOINTS) {
  test(`endpoint ${endpoint} of ${spn} has ${chain}, as on real clusters`, () =>
    assert.equal(endpointChainName(spn, 'tcp', endpoint), chain));
}
