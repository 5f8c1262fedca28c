import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsupportedError } from '../../base/errors.js';
import { parseTrafficClaim } from '../parse/traffic-claim.js';
import type { ClaimWorld, Subject, Target } from '../world.js';
import { judgeTraffic } from './judge-traffic.js';

test('a sentence about more connections than can be walked says so before it walks them', () => {
  const subjects = Array.from({ length: 200 }, (_, i): Subject => ({ from: `pod/default/p${i}`, label: `pod p${i}`, node: 'node1' }));
  let traced = 0;
  const world = {
    nodes: () => ['node1'],
    subjects: () => subjects,
    targets: (): Target[] => Array.from({ length: 25_001 }, () => ({ to: 'pod/default/p0:80', label: 'pod p0', protocol: 'TCP' })),
    trace: () => traced++,
  } as unknown as ClaimWorld;
  assert.throws(() => judgeTraffic(parseTrafficClaim('every pod can reach each other'), world), UnsupportedError);
  assert.equal(traced, 0);
});
