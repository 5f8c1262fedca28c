/**
 * What a step's result says of its scenario. Cucumber knows passed and failed; why it failed is told by the error's name. An
 * assertion error of the project's own steps is a claim like any other.
 */
import type { StepResult } from './envelope.js';

export type Outcome = 'passed' | 'skipped' | 'failed' | 'wrong' | 'cannot say' | 'broken';

/** In the order in which they are counted. */
export const OUTCOMES: readonly Outcome[] = ['passed', 'failed', 'wrong', 'cannot say', 'broken', 'skipped'];

export const MARKS: Readonly<Record<Outcome, string>> = {
  passed: '✓',
  skipped: '-',
  failed: '✗',
  wrong: '!',
  'cannot say': '?',
  broken: '‼',
};

const WORST_FIRST: readonly Outcome[] = ['broken', 'wrong', 'failed', 'cannot say', 'passed', 'skipped'];

export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  // A step that skips the rest of its scenario leaves nothing that passed; steps after a failure are skipped too.
  const told = WORST_FIRST.slice(0, 4).find((outcome) => outcomes.includes(outcome));
  return told ?? (outcomes.includes('skipped') ? 'skipped' : 'passed');
}

export function outcomeOf(result: StepResult): Outcome {
  switch (result.status) {
    case 'PASSED':
      return 'passed';
    case 'SKIPPED':
      return 'skipped';
    case 'FAILED':
      return outcomeOfError(errorName(result));
    default:
      // Undefined, ambiguous, pending, and whatever a later Cucumber calls it.
      return 'wrong';
  }
}

/** What Cucumber says of a step with a doc string or table that its wording does not take. */
export function hasNeedlessArgument(result: StepResult): boolean {
  return /^(?:Error: )?function has \d+ arguments, should have/.test(result.exception?.message ?? result.message ?? '');
}

export function errorName(result: StepResult): string {
  if (hasNeedlessArgument(result)) return 'InputError';
  return result.exception?.type ?? /^([A-Z]\w*)(?::| \[)/.exec(result.message ?? '')?.[1] ?? 'Error';
}

function outcomeOfError(name: string): Outcome {
  switch (name) {
    case 'ClaimMismatch':
    case 'AssertionError':
      return 'failed';
    case 'InputError':
      return 'wrong';
    case 'UnsupportedError':
      return 'cannot say';
    default:
      return 'broken';
  }
}
