/**
 * Valid plans with something changed at random: whatever it is, the plan is refused with its place, or runs to the end; nothing of it is an error of
 * hopspec's own, takes for ever, or goes unseen.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError, UnsupportedError } from '../base/errors.js';
import { readPlan } from '../plan/plan-json.js';
import { runPlan } from './run-plan.js';

const FOLDER = new URL('../../fixtures/plan/', import.meta.url);
const PLANS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

/** Every place in the plan. */
function placesOf(value: Json, at: Path = []): Path[] {
  const members = typeof value === 'object' && value !== null ? Object.entries<Json>(value as Readonly<Record<string, Json>>) : [];
  const inner = members.flatMap(([key, each]) => placesOf(each, [...at, Array.isArray(value) ? Number(key) : key]));
  return [at, ...inner];
}

function parentOf(root: Json, path: Path): Record<string | number, Json> {
  let value = root as unknown as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) value = value[key] as unknown as Record<string | number, Json>;
  return value;
}

/** A change of the text in place, or of the value. */
type Change = (value: Json, random: number) => Json;

const JUNK: readonly Json[] = [null, true, -1, 0, 1.5, 2 ** 40, '', ' ', 'x', '\u0000', '💥', 'a'.repeat(300), [], {}, [[]], { x: 1 }];
const WORDS = [
  '!',
  '-j',
  '10.0.0.1',
  'fd00::1',
  'dev',
  'via',
  '99999999999',
  '"',
  '*filter',
  'COMMIT',
  '{',
  '}',
  ';',
  '-A INPUT',
  '\n',
  '/',
];

const CHANGES: readonly Change[] = [
  (_value, random) => JUNK[random % JUNK.length] as Json,
  (value, random) => onText(value, (text) => cut(text, random, '')),
  (value, random) => onText(value, (text) => cut(text, random, text[(random * 7) % text.length] ?? '')),
  (value, random) => onWords(value, (words) => words.toSpliced(random % words.length, 1)),
  (value, random) => onWords(value, (words) => words.toSpliced(random % words.length, 1, WORDS[random % WORDS.length] as string)),
  (value, random) => onWords(value, (words) => words.toSpliced(random % words.length, 0, words[(random * 3) % words.length] ?? '')),
  (value, random) => onText(value, (text) => swapLines(text.split('\n'), random).join('\n')),
];

function onText(value: Json, change: (text: string) => string): Json {
  return typeof value === 'string' && value !== '' ? change(value) : value;
}

function onWords(value: Json, change: (words: string[]) => string[]): Json {
  return onText(value, (text) => change(text.split(' ')).join(' '));
}

function cut(text: string, random: number, put: string): string {
  const at = random % text.length;
  return `${text.slice(0, at)}${put}${text.slice(at + 1)}`;
}

function swapLines(lines: string[], random: number): string[] {
  const [a, b] = [random % lines.length, (random * 5) % lines.length];
  return lines.map((line, i) => (i === a ? (lines[b] as string) : i === b ? (lines[a] as string) : line));
}

const choice = fc.nat({ max: 2 ** 30 });
const RUNS = 250;
const SEED = 20_240;

function mutate(plan: string, changes: readonly (readonly [number, number, number])[]): Json {
  const root = JSON.parse(plan) as Json;
  for (const [where, which, random] of changes) {
    const places = placesOf(root).filter((path) => path.length > 0);
    const path = places[where % places.length] as Path;
    const parent = parentOf(root, path);
    const key = path.at(-1) as string | number;
    parent[key] = (CHANGES[which % CHANGES.length] as Change)(parent[key] as Json, random);
  }
  return root;
}

/** Refused, or what came of it. */
function outcome(plan: Json): string {
  try {
    const read = readPlan(JSON.stringify(plan), 'plan.json');
    return JSON.stringify(
      runPlan({ ...read, probes: read.probes.slice(0, 12).map((probe) => ({ ...probe, count: 1 })) }, { record: true }),
    ).slice(0, 9);
  } catch (error) {
    assert.ok(error instanceof InputError || error instanceof UnsupportedError, String(error instanceof Error ? error.stack : error));
    for (const { message } of error.problems) assert.ok(message.length > 10, message);
    return error.name;
  }
}

test('a plan with something changed is refused, or runs to its end', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PLANS), fc.array(fc.tuple(choice, choice, choice), { minLength: 1, maxLength: 3 }), (plan, changes) => {
      outcome(mutate(plan, changes));
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('a name that is none is never passed over', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PLANS), choice, (plan, where) => {
      const root = JSON.parse(plan) as Json;
      const places = placesOf(root).filter((path) => typeof path.at(-1) === 'string' && !isFree(path));
      const path = places[where % places.length] as Path;
      const parent = parentOf(root, path);
      const key = path.at(-1) as string;
      parent[`${key}x`] = parent[key] as Json;
      delete parent[key];
      assert.equal(outcome(root), 'InputError', path.join('.'));
    }),
    { numRuns: 100, seed: SEED },
  );
});

/** Names of namespaces are a user's own. */
function isFree(path: Path): boolean {
  return path.length === 2 && path[0] === 'netns';
}
