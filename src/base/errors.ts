/**
 * The four kinds of error. The first three are a user's business and carry a stable code, a position, the offending
 * line with a caret, what is wrong and how to mend it; InvariantError is our own bug.
 */
export interface SourcePosition {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  /** The whole source line, for the caret. */
  readonly text?: string | undefined;
  /** How many characters the caret underlines; 1 unless given. */
  readonly width?: number | undefined;
}

export interface Problem {
  /** Stable, kebab-case, e.g. `unknown-field`. */
  readonly code: string;
  /** What is wrong, one sentence without a full stop. */
  readonly message: string;
  /** How to mend it. */
  readonly fix?: string | undefined;
  readonly position?: SourcePosition | undefined;
  /** Of a claim about traffic: what shows that it does not hold. */
  readonly shown?: Counterexample | undefined;
}

/** A connection, in endpoint texts, and which of its outcomes, counted from 0. */
export interface Counterexample {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly outcome: number;
}

export abstract class HopspecError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n\n'));
    this.problems = problems;
    this.name = new.target.name;
    // A user's error is its message; a stack trace of ours would only hide it.
    this.stack = `${this.name}: ${this.message}`;
  }
  get code(): string {
    return this.problems[0]?.code ?? 'unknown';
  }
}

/** A manifest, cluster file, plan or step text is wrong. All problems found are reported together. */
export class InputError extends HopspecError {}

/** Valid input whose behaviour is not modelled; never a pass. */
export class UnsupportedError extends HopspecError {}

/** An assertion about a trace or an object that does not hold. */
export class ClaimMismatch extends HopspecError {}

/** Our own bug: a state that cannot be. Keeps its stack. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** One problem with one code: the common case. */
export function inputError(code: string, message: string, more: Omit<Problem, 'code' | 'message'> = {}): InputError {
  return new InputError([{ code, message, ...more }]);
}

export function unsupported(code: string, message: string, more: Omit<Problem, 'code' | 'message'> = {}): UnsupportedError {
  return new UnsupportedError([{ code, message, ...more }]);
}

/** `file:line:column: message`, the line, the caret, and `fix:` – each only where known. */
export function formatProblem(problem: Problem): string {
  const { position, message, fix } = problem;
  const lines = [position ? `${position.file}:${position.line}:${position.column}: ${message}` : message];
  if (position?.text !== undefined) lines.push(...caretLines(position));
  if (fix !== undefined) lines.push(`  fix: ${fix}`);
  return lines.join('\n');
}

const LINE_WIDTH_MAX = 96;

function caretLines(position: SourcePosition): string[] {
  const text = (position.text ?? '').replaceAll('\t', ' ');
  const start = Math.max(0, Math.min(position.column - 1 - 60, text.length - LINE_WIDTH_MAX));
  const shown = text.slice(start, start + LINE_WIDTH_MAX);
  const at = position.column - 1 - start;
  const width = Math.max(1, Math.min(position.width ?? 1, shown.length - at));
  return [`  | ${shown}`, `  | ${' '.repeat(Math.max(0, at))}${'^'.repeat(width)}`];
}
