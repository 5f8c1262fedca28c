/** Text that is compared with a file under fixtures/claims, or written there where HOPSPEC_UPDATE_GOLDEN=1. For tests only. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../../../fixtures/claims/', import.meta.url);

export function assertGolden(name: string, text: string): void {
  const file = new URL(`${name}.txt`, FOLDER);
  if (process.env.HOPSPEC_UPDATE_GOLDEN === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  assert.ok(existsSync(file), `no golden ${name}.txt; run with HOPSPEC_UPDATE_GOLDEN=1`);
  assert.equal(`${text}\n`, readFileSync(file, 'utf8'));
}

/** The message of what `run` throws, which must be of the class named. */
export function messageOf(run: () => unknown, errorName: string): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, errorName, error.stack ?? '');
    return error.message;
  }
  assert.fail(`nothing was thrown; a ${errorName} was expected`);
}
