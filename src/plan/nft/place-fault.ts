/** Says which rule or element a fault is in, and where that was read. */
import { HopspecError, InputError, type SourcePosition, UnsupportedError } from '../../base/errors.js';

export function placeFault(error: unknown, place: string, position: SourcePosition | undefined): unknown {
  if (!(error instanceof HopspecError)) return error;
  const problems = error.problems.map((problem) => ({
    ...problem,
    message: `${place}: ${problem.message}`,
    position: position === undefined || problem.position?.file === position.file ? problem.position : within(position, problem.position),
  }));
  return error instanceof UnsupportedError ? new UnsupportedError(problems) : new InputError(problems);
}

/** The spot in the text that was cut out, in the text it was cut from; exact on its first line. */
function within(outer: SourcePosition, inner: SourcePosition | undefined): SourcePosition {
  if (inner === undefined || inner.line !== 1) return outer;
  return { ...outer, column: outer.column + inner.column - 1, width: inner.width };
}
