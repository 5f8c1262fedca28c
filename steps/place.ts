/**
 * Moves the position of an error from a step's own text, or from its doc string, to the feature file. An error about input that has
 * no position gets the step's. Errors are rebuilt as their base kind, which is the name that reports go by.
 */
import {
  ClaimMismatch,
  DOC_STRING,
  HopspecError,
  InputError,
  type Problem,
  type SourcePosition,
  STEP_TEXT,
  UnsupportedError,
} from '../src/index.js';

/** What a place is read from: the parts of Cucumber's messages that say where a step stands. */
export interface StepPlace {
  readonly uri: string;
  readonly step: AstStep | undefined;
  /** The step's text with the cells of a Scenario Outline put in. */
  readonly text: string;
}

export interface AstStep {
  readonly id: string;
  readonly location: { readonly line: number; readonly column?: number };
  readonly keyword: string;
  readonly text: string;
  readonly docString?: { readonly location: { readonly line: number; readonly column?: number } };
}

/** `docStringPlace`: the last step that had a doc string. */
export function relocate(
  error: unknown,
  place: StepPlace | undefined,
  docStringPlace: () => StepPlace | undefined,
  scenario: string | undefined,
): unknown {
  if (!(error instanceof HopspecError) || place === undefined) return error;
  const isMismatch = error instanceof ClaimMismatch;
  const problems = error.problems.map((problem) => relocateProblem(problem, isMismatch, place, docStringPlace));
  if (isMismatch) return new ClaimMismatch(problems.map((problem) => replayed(problem, scenario)));
  if (error instanceof UnsupportedError) return new UnsupportedError(problems);
  return new InputError(problems);
}

function relocateProblem(problem: Problem, isMismatch: boolean, place: StepPlace, docStringPlace: () => StepPlace | undefined): Problem {
  const { position } = problem;
  if (isMismatch && position === undefined) return onItsOwnLine(problem);
  if (position === undefined) return { ...problem, position: stepPosition(place) };
  if (position.file === DOC_STRING) return inFeatureFile(problem, position, docStringPlace() ?? place);
  if (position.file === STEP_TEXT || position.text === place.text) return { ...problem, position: inStep(position, place) };
  return problem;
}

/** Every claim that fails says how to see it again; those about traffic have done so. */
function replayed(problem: Problem, scenario: string | undefined): Problem {
  if (scenario === undefined || /^ {2}replay: /m.test(problem.message)) return problem;
  return { ...problem, message: `${problem.message}\n  replay:     npx hopspec run ${scenario}` };
}

/** Cucumber's reports put the error's name before the message; carets under its first line would point beside it. */
function onItsOwnLine(problem: Problem): Problem {
  return problem.message.includes('\n') ? { ...problem, message: `\n${problem.message}` } : problem;
}

/** The step as a whole: no source line, so that no caret points at one word. */
export function stepPosition(place: StepPlace): SourcePosition {
  const { line, column } = place.step?.location ?? { line: 1 };
  return { file: place.uri, line, column: column ?? 1 };
}

function inStep(position: SourcePosition, place: StepPlace): SourcePosition {
  const at = stepPosition(place);
  const before = ' '.repeat(at.column - 1) + (place.step?.keyword ?? '');
  return { ...position, file: at.file, line: at.line, column: position.column + before.length, text: before + place.text };
}

function inFeatureFile(problem: Problem, position: SourcePosition, place: StepPlace): Problem {
  const moved = inDocString(position, place);
  // The way to mend several fields at once names their lines.
  const fix = problem.fix?.replace(/\bline (\d+), /g, (_, line: string) => `line ${Number(line) + moved.line - position.line}, `);
  return { ...problem, position: moved, fix };
}

function inDocString(position: SourcePosition, place: StepPlace): SourcePosition {
  const start = place.step?.docString?.location;
  if (start === undefined) return { ...position, file: place.uri };
  const indent = (start.column ?? 1) - 1;
  const text = position.text === undefined ? undefined : ' '.repeat(indent) + position.text;
  return { ...position, file: place.uri, line: start.line + position.line, column: position.column + indent, text };
}
