/**
 * Reading the members of a plan's JSON: each reader takes a path, notes what is wrong there, and goes on, so that all errors
 * come together.
 */
import { HopspecError, InputError, type Problem, type SourcePosition, UnsupportedError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';

export type Path = readonly (string | number)[];

export interface Problems {
  readonly list: Problem[];
  /** Valid, but lost if the plan were read on. */
  readonly lost: Problem[];
  /** How many more there are than are listed: to find the place of each would take too long. */
  more: number;
  /** Undefined when the plan came as a value, without text. */
  readonly position: ((path: Path) => SourcePosition) | undefined;
  readonly file: string;
}

/** A place in the plan, and where its problems go. */
export interface Spot {
  readonly problems: Problems;
  readonly path: Path;
}

export function inside(spot: Spot, ...keys: Path): Spot {
  return { problems: spot.problems, path: [...spot.path, ...keys] };
}

export type JsonObject = Readonly<Record<string, unknown>>;

const PROBLEMS_MAX = 500;

export function note(spot: Spot, code: string, message: string, fix?: string): undefined {
  const { problems, path } = spot;
  if (problems.list.length >= PROBLEMS_MAX) return void problems.more++;
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

/** The fix of a misspelt name, where one is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = nearest(word, known);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

export function throwProblems(problems: Problems): void {
  if (problems.more > 0) problems.list.push({ code: 'more-problems', message: `${problems.file}: and ${problems.more} more of the kind` });
  if (problems.list.length > 0) throw new InputError(problems.list);
  if (problems.lost.length > 0) throw new UnsupportedError(problems.lost);
}

/** An object with no members but these; undefined, and noted, when it is none. */
export function objectAt(spot: Spot, value: unknown, known: readonly string[] | undefined): JsonObject | undefined {
  if (value === undefined) return note(spot, 'missing-field', 'is missing');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return note(spot, 'wrong-type', `must be an object, but is ${typeName(value)}`);
  for (const key of known === undefined ? [] : Object.keys(value)) {
    if (known?.includes(key)) continue;
    note(inside(spot, key), 'unknown-field', 'there is no such field', didYouMean(key, known ?? []) ?? `fields are ${known?.join(', ')}`);
  }
  return value as JsonObject;
}

export function arrayAt(spot: Spot, value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  note(spot, 'wrong-type', `must be a list, but is ${typeName(value)}`);
  return [];
}

/** A string; undefined when absent, or noted. */
export function stringAt(spot: Spot, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return note(spot, 'wrong-type', `must be a string, but is ${typeName(value)}`);
}

export function requiredString(spot: Spot, value: unknown): string | undefined {
  if (value === undefined) return note(spot, 'missing-field', 'is missing');
  if (value === '') return note(spot, 'empty-field', 'must not be empty');
  return stringAt(spot, value);
}

export function integerAt(spot: Spot, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  const shown = typeof value === 'number' ? String(value) : typeName(value);
  return note(spot, 'bad-number', `must be an integer from ${min} to ${max}, but is ${shown}`);
}

export function booleanAt(spot: Spot, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  return note(spot, 'wrong-type', `must be true or false, but is ${typeName(value)}`);
}

/** One of these words; `missing` stands for an absent one. */
export function wordAt<W extends string>(spot: Spot, value: unknown, words: readonly W[], missing: W): W {
  const text = stringAt(spot, value);
  if (text === undefined) return missing;
  if ((words as readonly string[]).includes(text)) return text as W;
  note(spot, 'unknown-word', `must be one of ${words.join(', ')}, but is \`${text}\``, didYouMean(text, words));
  return missing;
}

/**
 * Runs a reader of a text inside the plan; its errors are noted at this path with their own place in that text. What it does
 * not model may still be fit for another kernel, and is left to whoever runs the plan; `isLost`: unless there is no text to leave.
 */
export function parseAt<T>(spot: Spot, parse: (origin: string) => T, isLost = false): T | undefined {
  try {
    return parse(`${spot.problems.file}: ${pathText(spot.path)}`);
  } catch (error) {
    if (error instanceof UnsupportedError) {
      if (isLost) spot.problems.lost.push(...error.problems);
      return undefined;
    }
    if (!(error instanceof HopspecError)) throw error;
    if (spot.problems.list.length >= PROBLEMS_MAX) return void (spot.problems.more += error.problems.length);
    spot.problems.list.push(...error.problems.map((problem) => inPlan(spot, problem)));
    return undefined;
  }
}

/** A problem in a text of one line is shown in the plan's own line, where the text stands there as it is. */
function inPlan(spot: Spot, problem: Problem): Problem {
  const { problems, path } = spot;
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
