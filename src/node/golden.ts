/** Golden text under fixtures/node: compared, or written anew with HOPSPEC_UPDATE_GOLDEN=1. Only tests import this. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../../fixtures/node/', import.meta.url);

export function assertGolden(name: string, text: string): void {
  const file = new URL(`${name}.golden`, FOLDER);
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(existsSync(file), `fixtures/node/${name}.golden is missing; run with HOPSPEC_UPDATE_GOLDEN=1 and read it`);
  assert.equal(text, readFileSync(file, 'utf8'));
}
