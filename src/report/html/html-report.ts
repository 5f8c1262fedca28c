/** The HTML report of a run, from Cucumber's messages. */
import { takeHanded } from '../../sim/handed-traces.js';
import type { RecordedTraces } from '../../sim/trace-recorder.js';
import type { Envelope } from '../envelope.js';
import type { FormatOptions } from '../formatter-of.js';
import { outcomeOf } from '../outcome.js';
import { readResults, type ScenarioResult, type StepLine } from '../scenario-results.js';
import { emptyScenarioText, parseFaultText, troubleText } from '../trouble-text.js';
import type { ReportScenario, ReportStep } from './report.js';
import { ReportWriter } from './write-report.js';

/** Of the attachments that hold what a step asked of the network, or name it; see steps/world.ts. */
const TRACES = 'application/vnd.hopspec.traces+json';
const HANDED = 'application/vnd.hopspec.traces';

export function writeHtmlReport(write: (text: string) => void, { shard }: FormatOptions): { read(envelope: Envelope): void } {
  const writer = new ReportWriter();
  const order = inOrder((scenario) => writer.add(scenario));
  const results = readResults(
    (result) => order.done(result.testCaseId, scenarioOf(result)),
    (fault) => writer.addFault({ uri: fault.uri, line: fault.line, text: parseFaultText(fault) }),
  );
  return {
    read(envelope) {
      if (envelope.testCase) order.expect(envelope.testCase.id);
      results.read(envelope);
      if (!envelope.testRunFinished) return;
      order.finish();
      write(writer.finish(shard));
    },
  };
}

/** Workers end in any order; the report has the order in which they were sent out. */
function inOrder(add: (scenario: ReportScenario) => void): {
  expect(id: string): void;
  done(id: string, scenario: ReportScenario): void;
  finish(): void;
} {
  const expected: string[] = [];
  const waiting = new Map<string, ReportScenario>();
  let next = 0;
  const release = (skips: boolean): void => {
    for (; next < expected.length; next++) {
      const id = expected[next] as string;
      const scenario = waiting.get(id);
      if (scenario === undefined && !skips) return;
      waiting.delete(id);
      if (scenario !== undefined) add(scenario);
    }
  };
  return {
    expect: (id) => void expected.push(id),
    done(id, scenario) {
      waiting.set(id, scenario);
      release(false);
    },
    finish: () => release(true),
  };
}

function scenarioOf(result: ScenarioResult): ReportScenario {
  const { uri, line, feature, name, tags, outcome } = result;
  const text = outcome === 'wrong' && result.troubles.length === 0 ? emptyScenarioText(result) : null;
  return { uri, line, feature, name, tags, outcome, steps: result.steps.map((step) => stepOf(step, result)), text };
}

function stepOf(line: StepLine, scenario: ScenarioResult): ReportStep {
  const { step, argument, result } = line;
  const outcome = outcomeOf(result);
  const isTrouble = result.status !== 'PASSED' && result.status !== 'SKIPPED';
  return {
    keyword: step?.keyword.trim() ?? '',
    text: step?.text ?? 'a hook',
    line: step?.line ?? scenario.line,
    outcome,
    docString: argument?.docString?.content ?? null,
    table: argument?.dataTable?.rows.map(({ cells }) => cells.map(({ value }) => value)) ?? null,
    message: isTrouble ? troubleText(line, scenario) : null,
    traces: tracesOf(line),
  };
}

/** A step asks more than once where it speaks of several things. */
function tracesOf({ attachments }: StepLine): RecordedTraces | null {
  const all = attachments.flatMap(({ mediaType, body }): readonly RecordedTraces[] => {
    if (mediaType === TRACES) return [JSON.parse(body) as RecordedTraces];
    const handed = mediaType === HANDED ? takeHanded(body) : undefined;
    return handed === undefined ? [] : [handed];
  });
  if (all.length < 2) return all[0] ?? null;
  return {
    traces: all.flatMap(({ traces }) => traces),
    left: all.reduce((sum, { left }) => sum + left, 0),
    shown: all.findLast(({ shown }) => shown !== null)?.shown ?? null,
  };
}
