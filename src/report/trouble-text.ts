/** What the report says of a step that did not pass, of a scenario that could not, and of a file that is not Gherkin. */
import { formatProblem } from '../index.js';
import { nearestWording } from './nearest-wording.js';
import { errorName, hasNeedlessArgument } from './outcome.js';
import type { ParseFault } from './misspelt-keyword.js';
import type { ScenarioResult, StepTrouble } from './scenario-results.js';

export function troubleText(trouble: StepTrouble, scenario: ScenarioResult): string {
  const { step, result } = trouble;
  const place = `${scenario.uri}:${step?.line ?? scenario.line}:${step?.column ?? 1}`;
  switch (result.status) {
    case 'UNDEFINED':
      return step === undefined ? place : undefinedText(scenario.uri, step);
    case 'AMBIGUOUS':
      return `${place}: more than one wording matches this step\n${indent(plainMessage(trouble))}\n  fix: make one of them say less`;
    case 'PENDING':
      return `${place}: the step is pending\n  fix: finish its code`;
    default:
      return failureText(trouble, place);
  }
}

export function emptyScenarioText({ uri, line, name }: ScenarioResult): string {
  return `${uri}:${line}: the scenario "${name}" has no step\n  fix: say what must be true, or delete it`;
}

export function parseFaultText({ uri, line, column, message, text, width, fix }: ParseFault): string {
  const said = message.replace(/^\(\d+:\d+\): /, '');
  const got = /^expected: (.*), got '(.*)'$/s.exec(said);
  const position = { file: uri, line, column, text, width: width ?? Math.max(1, text?.trim().length ?? 1) };
  if (got === null) return formatProblem({ code: 'gherkin', message: said, position, fix });
  const here = got[2] === '' ? 'the file ends too early' : 'Gherkin has no such line here';
  return formatProblem({ code: 'gherkin', message: here, position, fix: `what can stand here: ${expected(got[1] ?? '')}` });
}

const LINE_NAMES: Readonly<Record<string, string>> = {
  EOF: 'the end of the file',
  Language: 'a language comment',
  TagLine: 'a tag',
  FeatureLine: 'Feature:',
  BackgroundLine: 'Background:',
  ScenarioLine: 'Scenario:',
  RuleLine: 'Rule:',
  ExamplesLine: 'Examples:',
  StepLine: 'a step (Given, When, Then, And, But, *)',
  DocStringSeparator: '"""',
  TableRow: 'a table row',
};

function expected(tokens: string): string {
  const names = tokens.split(', ').map((token) => LINE_NAMES[token.replace('#', '')]);
  return names.filter((name) => name !== undefined).join(', ');
}

function undefinedText(uri: string, step: NonNullable<StepTrouble['step']>): string {
  const before = ' '.repeat(step.column - 1) + step.keyword;
  const guess = nearestWording(step.text);
  const start = guess?.start ?? 0;
  const width = (guess?.end ?? step.text.length) - start;
  const position = { file: uri, line: step.line, column: before.length + start + 1, text: before + step.text, width };
  const fix = guess ? `the nearest known wording is \`${guess.wording.example}\`` : '`hopspec steps` lists every wording';
  return formatProblem({ code: 'unknown-step', message: 'no such wording', position, fix });
}

function failureText(trouble: StepTrouble, place: string): string {
  const message = plainMessage(trouble);
  if (hasNeedlessArgument(trouble.result))
    return `${place}: a doc string or a table stands under this step, which takes none\n  fix: delete it, or end the step as its wording does, with a colon`;
  switch (errorName(trouble.result)) {
    case 'InputError':
    case 'UnsupportedError':
      // Most begin with a place of their own.
      return /^\S.*:\d+:\d+: /.test(message) ? message : `${place}: ${message}`;
    case 'ClaimMismatch':
      return `${place}\n${message}`;
    case 'AssertionError':
      return `${place}: ${message}`;
    default:
      return `${place}: this step broke: ${message}`;
  }
}

/** The message without the stack trace that Cucumber puts under it. */
function plainMessage({ result }: StepTrouble): string {
  const text = result.exception?.message ?? result.message ?? '';
  return text
    .replace(/\n {4}at [^\n]*(?:\n {4}at [^\n]*)*\s*$/, '')
    .replace(/^\n/, '')
    .trimEnd();
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
