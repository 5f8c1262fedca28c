/** Exit codes of `hopspec run`; the other commands use all but 3 in the same sense. */
import { ClaimMismatch, InputError, UnsupportedError } from '../index.js';

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export const EXIT = { ok: 0, claimFailed: 1, wrongInput: 2, nothingRan: 3, cannotSay: 4, ownFailure: 5, reportNotWritten: 6 } as const;

const WORST_FIRST: readonly ExitCode[] = [5, 2, 1, 4, 6, 3, 0];

export function worst(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  return WORST_FIRST.find((code) => all.has(code)) ?? 0;
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ClaimMismatch) return EXIT.claimFailed;
  if (error instanceof InputError) return EXIT.wrongInput;
  if (error instanceof UnsupportedError) return EXIT.cannotSay;
  return EXIT.ownFailure;
}
