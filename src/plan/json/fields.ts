/**
 * Reading the members of a plan's JSON: each reader takes a path, notes what is wrong there, and goes on, so that all errors
 * come together.
 */
import { HopspecError, InputError, type Problem, type SourcePosition, UnsupportedError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';

export type Path = readonly (string | number)[];

export interface Problems {
  readonly list: Problem[];
  /** Undefined when the plan came as a value, without text. */
  readonly position: ((path: Path) => SourcePosition) | undefined;
  readonly file: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function note(problems: Problems, path: Path, code: string, message: string, fix?: string): undefined {
  const where = pathText(path);
  problems.list.push({ code, message: where === '' ? message : `${where}: ${message}`, fix, position: problems.position?.(path) });
  return undefined;
}

/** `netns.node1.links[2].mac`, as jq writes it: keys that are no names stand in brackets. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

export function throwProblems(problems: Problems): void {
  if (problems.list.length > 0) throw new InputError(problems.list);
}

/** An object with no members but these; undefined, and noted, when it is none. */
export function objectAt(problems: Problems, path: Path, value: unknown, known: readonly string[] | undefined): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return note(problems, path, 'wrong-type', `must be an object, but is ${typeName(value)}`);
  for (const key of known === undefined ? [] : Object.keys(value)) {
    if (known?.includes(key)) continue;
    const near = nearest(key, known ?? []);
    note(problems, [...path, key], 'unknown-field', 'there is no such field', near === undefined ? `fields are ${known?.join(', ')}` : `did you mean ${near}?`);
  }
  return value as JsonObject;
}

export function arrayAt(problems: Problems, path: Path, value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  note(problems, path, 'wrong-type', `must be a list, but is ${typeName(value)}`);
  return [];
}

/** A string; undefined when absent, or noted. */
export function stringAt(problems: Problems, path: Path, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return note(problems, path, 'wrong-type', `must be a string, but is ${typeName(value)}`);
}

export function requiredString(problems: Problems, path: Path, value: unknown): string | undefined {
  if (value === undefined) return note(problems, path, 'missing-field', 'is missing');
  if (value === '') return note(problems, path, 'empty-field', 'must not be empty');
  return stringAt(problems, path, value);
}

export function integerAt(problems: Problems, path: Path, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  const shown = typeof value === 'number' ? String(value) : typeName(value);
  return note(problems, path, 'bad-number', `must be an integer from ${min} to ${max}, but is ${shown}`);
}

export function booleanAt(problems: Problems, path: Path, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  return note(problems, path, 'wrong-type', `must be true or false, but is ${typeName(value)}`);
}

/** One of these words; `missing` stands for an absent one. */
export function wordAt<W extends string>(problems: Problems, path: Path, value: unknown, words: readonly W[], missing: W): W {
  const text = stringAt(problems, path, value);
  if (text === undefined) return missing;
  if ((words as readonly string[]).includes(text)) return text as W;
  const near = nearest(text, words);
  note(problems, path, 'unknown-word', `must be one of ${words.join(', ')}, but is \`${text}\``, near === undefined ? undefined : `did you mean ${near}?`);
  return missing;
}

/**
 * Runs a reader of a text inside the plan; its errors are noted at this path with their own place in that text. What it does not model may still be
 * fit for another kernel, and is left to whoever runs the plan.
 */
export function parseAt<T>(problems: Problems, path: Path, parse: (origin: string) => T): T | undefined {
  try {
    return parse(`${problems.file}: ${pathText(path)}`);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    if (!(error instanceof HopspecError)) throw error;
    problems.list.push(...error.problems.map((problem) => inPlan(problems, path, problem)));
    return undefined;
  }
}

/** A problem in a text of one line is shown in the plan's own line, where the text stands there as it is. */
function inPlan(problems: Problems, path: Path, problem: Problem): Problem {
  const base = problems.position?.(path);
  const inner = problem.position;
  if (base?.text === undefined || inner?.text === undefined || inner.line !== 1) return problem;
  if (!base.text.startsWith(`"${inner.text}"`, base.column - 1)) return problem;
  const position = { ...base, column: base.column + inner.column, width: inner.width };
  return { ...problem, message: `${pathText(path)}: ${problem.message}`, position };
}

function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
