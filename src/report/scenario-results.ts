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
  readonly testCaseId: string;
  readonly feature: string;
  readonly tags: readonly string[];
  /** Every step, and the hooks that have something to tell. */
  readonly steps: readonly StepLine[];
}

/** A step with what came of it. */
export interface StepLine extends StepTrouble {
  readonly argument: StepArgument | undefined;
  readonly attachments: readonly Attachment[];
}

export type Attachment = NonNullable<Envelope['attachment']>;
type StepArgument = NonNullable<Pickle['steps'][number]['argument']>;

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
interface Running {
  readonly testCase: TestCase;
  readonly results: { readonly id: string; readonly result: StepResult }[];
  readonly attachments: Attachment[];
}
type TestCase = NonNullable<Envelope['testCase']>;
type Child = NonNullable<NonNullable<Envelope['gherkinDocument']>['feature']>['children'][number];

const READS = /^$/;

export function readResults(onScenario: (result: ScenarioResult) => void, onParseFault: (fault: ParseFault) => void): ResultReader {
  const sources = new Map<string, readonly string[]>();
  const nodes = new Map<string, AstNode>();
  const pickles = new Map<string, Pickle>();
  const cases = new Map<string, TestCase>();
  const features = new Map<string, string>();
  const running = new Map<string, Running>();
  const notePickle = (pickle: Pickle): void => {
    pickles.set(pickle.id, pickle);
    // V8 keeps an id as the twenty pieces that it was put together from, 600 bytes, until somebody reads it.
    for (const { id } of pickle.steps) READS.test(id);
  };
  return {
    read(envelope) {
      if (envelope.source) sources.set(envelope.source.uri, envelope.source.data.split('\n'));
      if (envelope.gherkinDocument) {
        noteNodes(envelope.gherkinDocument.feature?.children ?? [], nodes);
        const { uri = '' } = envelope.gherkinDocument;
        features.set(uri, envelope.gherkinDocument.feature?.name ?? '');
        for (const fault of misspeltKeywords(uri, sources.get(uri) ?? [])) onParseFault(fault);
      }
      if (envelope.parseError) onParseFault(parseFault(envelope.parseError, sources));
      if (envelope.pickle) notePickle(envelope.pickle);
      if (envelope.testCase) cases.set(envelope.testCase.id, envelope.testCase);
      if (envelope.testCaseStarted) {
        const testCase = cases.get(envelope.testCaseStarted.testCaseId);
        if (testCase) running.set(envelope.testCaseStarted.id, { testCase, results: [], attachments: [] });
      }
      if (envelope.attachment) running.get(envelope.attachment.testCaseStartedId ?? '')?.attachments.push(envelope.attachment);
      if (envelope.testStepFinished) {
        const { testCaseStartedId, testStepId, testStepResult } = envelope.testStepFinished;
        running.get(testCaseStartedId)?.results.push({ id: testStepId, result: testStepResult });
      }
      if (envelope.testCaseFinished) {
        const run = running.get(envelope.testCaseFinished.testCaseStartedId);
        const pickle = run && pickles.get(run.testCase.pickleId);
        running.delete(envelope.testCaseFinished.testCaseStartedId);
        if (run && pickle && !envelope.testCaseFinished.willBeRetried)
          onScenario(scenarioResult(run, pickle, nodes, features.get(pickle.uri) ?? ''));
      }
    },
  };
}

function scenarioResult(
  { testCase, results, attachments }: Running,
  pickle: Pickle,
  nodes: ReadonlyMap<string, AstNode>,
  feature: string,
): ScenarioResult {
  // Cucumber lets a scenario without a step pass.
  const outcome = pickle.steps.length === 0 ? 'wrong' : worstOutcome(results.map(({ result }) => outcomeOf(result)));
  const lines = results.map(({ id, result }): StepLine => {
    const own = attachments.filter((attachment) => attachment.testStepId === id);
    return { result, ...stepOf(testCase, id, pickle, nodes), attachments: own };
  });
  return {
    uri: pickle.uri,
    line: nodes.get(pickle.astNodeIds.at(-1) ?? '')?.line ?? 1,
    name: pickle.name,
    outcome,
    troubles: lines.filter(isTrouble),
    testCaseId: testCase.id,
    feature,
    tags: pickle.tags.map(({ name }) => name),
    steps: lines.filter((line) => line.step !== undefined || line.attachments.length > 0 || isTrouble(line)),
  };
}

function isTrouble({ result: { status } }: StepLine): boolean {
  return status !== 'PASSED' && status !== 'SKIPPED';
}

function stepOf(testCase: TestCase, id: string, pickle: Pickle, nodes: ReadonlyMap<string, AstNode>): Pick<StepLine, 'step' | 'argument'> {
  const pickleStepId = testCase.testSteps.find((step) => step.id === id)?.pickleStepId;
  const step = pickle.steps.find((candidate) => candidate.id === pickleStepId);
  const node = nodes.get(step?.astNodeIds[0] ?? '');
  return { step: step && node ? { ...node, text: step.text } : undefined, argument: step?.argument };
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
