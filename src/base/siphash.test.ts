import assert from 'node:assert/strict';
import { it } from 'node:test';
import { siphash } from './siphash.js';

it("SipHash gives the answers of its authors' paper", () => {
  const bytes = Uint8Array.from({ length: 15 }, (_, i) => i);
  assert.equal(siphash(bytes, 0x0706050403020100n, 0x0f0e0d0c0b0a0908n), 0xa129ca6149be45e5n);
});
