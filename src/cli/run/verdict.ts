/**
 * The verdict of a run, from Cucumber's message stream: each scenario's last attempt counts, by the worst of its steps. What kind of
 * error a step ended with is told by the error's name; an assertion of the user's own steps is a claim like any other.
 */
import { EXIT, type ExitCode, worst } from '../exit-code.js';
import type { Envelope } from './cucumber-api.js';

export interface Verdict {
  readonly code: ExitCode;
  /** Scenarios that ran, by what came of them. */
  readonly scenarios: number;
}

export interface VerdictReader {
  read(envelope: Envelope): void;
  verdict(): Verdict;
}

type StepResult = NonNullable<Envelope['testStepFinished']>['testStepResult'];

export function readVerdict(): VerdictReader {
  const codes = new Map<string, ExitCode[]>();
  const finished: ExitCode[] = [];
  const faults: ExitCode[] = [];
  let skipped = 0;
  const skippedCases = new Set<string>();
  return {
    read(envelope) {
      if (envelope.parseError) faults.push(EXIT.wrongInput);
      if (envelope.testStepFinished) {
        const { testCaseStartedId: id, testStepResult } = envelope.testStepFinished;
        const list = codes.get(id) ?? [];
        list.push(codeOfResult(testStepResult));
        codes.set(id, list);
        if (testStepResult.status === 'SKIPPED') skippedCases.add(id);
      }
      if (envelope.testCaseFinished && !envelope.testCaseFinished.willBeRetried) {
        const id = envelope.testCaseFinished.testCaseStartedId;
        const code = worst(codes.get(id) ?? [EXIT.wrongInput]);
        // A step that skips the scenario leaves nothing behind that passed or failed.
        if (code === EXIT.ok && skippedCases.has(id)) skipped++;
        else finished.push(code);
      }
    },
    verdict() {
      const code = worst([...finished, ...faults]);
      if (finished.length === 0 && code === EXIT.ok) return { code: EXIT.nothingRan, scenarios: skipped };
      return { code, scenarios: finished.length };
    },
  };
}

export function codeOfResult(result: StepResult): ExitCode {
  switch (result.status) {
    case 'PASSED':
    case 'SKIPPED':
      return EXIT.ok;
    case 'FAILED':
      return codeOfFailure(errorName(result));
    default:
      // Undefined, ambiguous, pending, and whatever a later Cucumber calls it.
      return EXIT.wrongInput;
  }
}

function errorName(result: StepResult): string {
  return result.exception?.type ?? /^([A-Z]\w*)(?::| \[)/.exec(result.message ?? '')?.[1] ?? 'Error';
}

function codeOfFailure(name: string): ExitCode {
  switch (name) {
    case 'ClaimMismatch':
    case 'AssertionError':
      return EXIT.claimFailed;
    case 'InputError':
      return EXIT.wrongInput;
    case 'UnsupportedError':
      return EXIT.cannotSay;
    default:
      return EXIT.ownFailure;
  }
}
