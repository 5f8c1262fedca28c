/** Puts Cucumber's message stream together: what came of each scenario, step by step, with its place in the feature file. */
import type { Envelope, StepResult } from './envelope.js';
import { misspeltKeywords, type ParseFault } from './misspelt-keyword.js';
import { type Outcome, outcomeOf, worstOutcome } from './outcome.js';

export interface ScenarioResult {
  readonly uri: string;
  readonly line: number;
  readonly name: string;
  readonly outcome: Outcome;
  /** Those that are neither passed nor skipped. */
  readonly troubles: readonly StepTrouble[];
}

export interface StepTrouble {
  /** The step as in the file, keyword included; undefined for a hook. */
  readonly step: { readonly line: number; readonly column: number; readonly keyword: string; readonly text: string } | undefined;
  readonly result: StepResult;
}

export interface ResultReader {
  read(envelope: Envelope): void;
}

type AstNode = { readonly line: number; readonly column: number; readonly keyword: string };
type Pickle = NonNullable<Envelope['pickle']>;
type TestCase = NonNullable<Envelope['testCase']>;
type Child = NonNullable<NonNullable<Envelope['gherkinDocument']>['feature']>['children'][number];

export function readResults(onScenario: (result: ScenarioResult) => void, onParseFault: (fault: ParseFault) => void): ResultReader {
  const sources = new Map<string, readonly string[]>();
  const nodes = new Map<string, AstNode>();
  const pickles = new Map<string, Pickle>();
  const cases = new Map<string, TestCase>();
  const running = new Map<string, { testCase: TestCase; results: { id: string; result: StepResult }[] }>();
  return {
    read(envelope) {
      if (envelope.source) sources.set(envelope.source.uri, envelope.source.data.split('\n'));
      if (envelope.gherkinDocument) {
        noteNodes(envelope.gherkinDocument.feature?.children ?? [], nodes);
        const { uri = '' } = envelope.gherkinDocument;
        for (const fault of misspeltKeywords(uri, sources.get(uri) ?? [])) onParseFault(fault);
      }
      if (envelope.parseError) onParseFault(parseFault(envelope.parseError, sources));
      if (envelope.pickle) pickles.set(envelope.pickle.id, envelope.pickle);
      if (envelope.testCase) cases.set(envelope.testCase.id, envelope.testCase);
      if (envelope.testCaseStarted) {
        const testCase = cases.get(envelope.testCaseStarted.testCaseId);
        if (testCase) running.set(envelope.testCaseStarted.id, { testCase, results: [] });
      }
      if (envelope.testStepFinished) {
        const { testCaseStartedId, testStepId, testStepResult } = envelope.testStepFinished;
        running.get(testCaseStartedId)?.results.push({ id: testStepId, result: testStepResult });
      }
      if (envelope.testCaseFinished) {
        const run = running.get(envelope.testCaseFinished.testCaseStartedId);
        const pickle = run && pickles.get(run.testCase.pickleId);
        running.delete(envelope.testCaseFinished.testCaseStartedId);
        if (run && pickle && !envelope.testCaseFinished.willBeRetried) onScenario(scenarioResult(run, pickle, nodes));
      }
    },
  };
}

function scenarioResult(
  { testCase, results }: { testCase: TestCase; results: readonly { id: string; result: StepResult }[] },
  pickle: Pickle,
  nodes: ReadonlyMap<string, AstNode>,
): ScenarioResult {
  // Cucumber lets a scenario without a step pass.
  const outcome = pickle.steps.length === 0 ? 'wrong' : worstOutcome(results.map(({ result }) => outcomeOf(result)));
  const troubles = results.filter(({ result }) => result.status !== 'PASSED' && result.status !== 'SKIPPED');
  return {
    uri: pickle.uri,
    line: nodes.get(pickle.astNodeIds.at(-1) ?? '')?.line ?? 1,
    name: pickle.name,
    outcome,
    troubles: troubles.map(({ id, result }) => ({ result, step: stepOf(testCase, id, pickle, nodes) })),
  };
}

function stepOf(testCase: TestCase, id: string, pickle: Pickle, nodes: ReadonlyMap<string, AstNode>): StepTrouble['step'] {
  const pickleStepId = testCase.testSteps.find((step) => step.id === id)?.pickleStepId;
  const step = pickle.steps.find((candidate) => candidate.id === pickleStepId);
  const node = nodes.get(step?.astNodeIds[0] ?? '');
  return step && node ? { ...node, text: step.text } : undefined;
}

function noteNodes(children: readonly Child[], nodes: Map<string, AstNode>): void {
  for (const child of children) {
    if ('rule' in child && child.rule) noteNodes(child.rule.children, nodes);
    const scenario = child.scenario;
    if (scenario) note(scenario.id, scenario, nodes);
    for (const step of (child.background ?? scenario)?.steps ?? []) note(step.id, step, nodes);
    for (const row of scenario?.examples.flatMap((examples) => examples.tableBody) ?? [])
      note(row.id, { location: row.location, keyword: '' }, nodes);
  }
}

function note(
  id: string,
  at: { readonly location: { line: number; column?: number }; readonly keyword: string },
  nodes: Map<string, AstNode>,
): void {
  nodes.set(id, { line: at.location.line, column: at.location.column ?? 1, keyword: at.keyword });
}

function parseFault({ source, message }: NonNullable<Envelope['parseError']>, sources: ReadonlyMap<string, readonly string[]>): ParseFault {
  const uri = source.uri ?? '';
  const { line, column } = source.location ?? { line: 1 };
  return { uri, line, column: column ?? 1, message, text: sources.get(uri)?.[line - 1] };
}
