/**
 * The refusal of a `When the manifest is applied:`: kept for the `Then applying the manifest is refused with "…"` that may follow, and thrown by
 * whatever else comes next.
 */
import { HopspecError, inputError, UnsupportedError } from '../../base/errors.js';
import { mismatch } from './expect-objects.js';

export class KeptRefusal {
  #kept: HopspecError | undefined;
  #applied = false;

  during(apply: () => unknown): void {
    this.#applied = true;
    try {
      apply();
    } catch (error) {
      if (!(error instanceof HopspecError) || error instanceof UnsupportedError) throw error;
      this.#kept = error;
    }
  }

  throwKept(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) throw kept;
  }

  expect(message: string): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (!this.#applied)
      throw inputError('nothing-applied', 'no manifest was applied before this step', {
        fix: 'put `When the manifest is applied:` before it',
      });
    const sentence = `applying the manifest is refused with "${message}"`;
    if (kept === undefined) throw mismatch('refused', sentence, 'a refusal', 'the API server took it');
    const texts = [kept.message, ...kept.problems.map((problem) => problem.message)];
    if (!texts.some((text) => text.includes(message)))
      throw mismatch('refused', sentence, 'a refusal with these words', `refused with "${firstLine(kept)}"`);
  }
}

function firstLine(error: HopspecError): string {
  return error.problems[0]?.message ?? error.message;
}
