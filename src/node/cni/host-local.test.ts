import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cidr, parseCidr } from '../../base/cidr.js';
import { allocateHostLocal } from './host-local.js';

const CASES: readonly [name: string, cidr: string, taken: readonly string[], last: string | undefined, next: string | undefined][] = [
  ['the first pod gets .2, the gateway having .1', '10.244.1.0/24', [], undefined, '10.244.1.2'],
  ['the next one after the last is given', '10.244.1.0/24', ['10.244.1.2'], '10.244.1.2', '10.244.1.3'],
  ['a freed address waits until the cursor has gone round', '10.244.1.0/24', [], '10.244.1.7', '10.244.1.8'],
  ['taken addresses are stepped over', '10.244.1.0/24', ['10.244.1.3', '10.244.1.4'], '10.244.1.2', '10.244.1.5'],
  ['after .254 it starts again, sparing the gateway', '10.244.1.0/24', [], '10.244.1.254', '10.244.1.2'],
  ['a last address of another range is forgotten', '10.244.1.0/24', [], '10.9.9.9', '10.244.1.2'],
  ['a full range has none', '10.244.1.0/30', ['10.244.1.2'], '10.244.1.2', undefined],
  ['a range of two addresses has none', '10.244.1.0/31', [], undefined, undefined],
];

for (const [name, cidr, taken, last, next] of CASES) {
  test(name, () => assert.equal(allocateHostLocal(parseCidr(cidr) as Cidr, new Set(taken), last), next));
}
