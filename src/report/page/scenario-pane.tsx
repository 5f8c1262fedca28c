/** One scenario: its steps with what came of each, and below a sentence about traffic the connections it asked about. */
import { useEffect, useState } from 'preact/hooks';
import type { RecordedTraces } from '../../sim/trace-recorder.js';
import type { ReportScenario, ReportStep, ScenarioRow } from '../html/report.js';
import { MARKS } from '../outcome.js';
import { readScenario } from './chunks.js';
import { Connections } from './connections.js';
import { classOf } from './filters.js';

export function ScenarioPane({ row }: { readonly row: ScenarioRow }) {
  const [scenario, setScenario] = useState<ReportScenario>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    readScenario(row).then(setScenario, (error: unknown) => setTrouble(String(error)));
  }, [row]);
  return (
    <article>
      <a class="back" href="#">
        ← All scenarios
      </a>
      <h2 class={`o-${classOf(row.outcome)}`}>
        <span class="mark" role="img" aria-label={row.outcome}>
          {MARKS[row.outcome]}
        </span>
        {row.name}
      </h2>
      <p class="where">
        {row.feature} · <code>{`${row.uri}:${row.line}`}</code>
        {row.tags.map((tag) => (
          <span class="tag" key={tag}>
            {tag}
          </span>
        ))}
      </p>
      {trouble !== undefined && <p role="alert">This scenario cannot be read: {trouble}</p>}
      {scenario === undefined ? <p class="nothing">…</p> : <Steps scenario={scenario} />}
    </article>
  );
}

function Steps({ scenario }: { readonly scenario: ReportScenario }) {
  const asked = tracesOf(scenario.steps);
  const failed = asked.findIndex((traces, i) => traces !== null && scenario.steps[i]?.outcome === 'failed');
  const open = failed >= 0 ? failed : asked.findIndex((traces) => traces !== null);
  return (
    <>
      {scenario.text !== null && <pre class="message">{scenario.text}</pre>}
      <ol class="steps">
        {scenario.steps.map((step, i) => (
          <Step key={i} step={step} traces={asked[i] ?? null} isOpen={i === open} />
        ))}
      </ol>
    </>
  );
}

interface StepProps {
  readonly step: ReportStep;
  readonly traces: RecordedTraces | null;
  readonly isOpen: boolean;
}

function Step({ step, traces, isOpen }: StepProps) {
  return (
    <li class={`step o-${classOf(step.outcome)}`}>
      <p>
        <span class="mark" role="img" aria-label={step.outcome}>
          {MARKS[step.outcome]}
        </span>
        <span>
          <b>{step.keyword}</b> {step.text}
        </span>
      </p>
      <Argument step={step} />
      {step.message !== null && <pre class="message">{step.message}</pre>}
      {traces !== null && <Connections traces={traces} isOpen={isOpen} />}
    </li>
  );
}

/** Lines of a doc string that are shown without asking. */
const LINES_SHOWN = 4;

function Argument({ step: { docString, table } }: { readonly step: ReportStep }) {
  if (docString !== null) {
    const lines = docString.split('\n').length;
    return (
      <details class="given" open={lines <= LINES_SHOWN}>
        <summary>{lines === 1 ? '1 line' : `${lines} lines`}</summary>
        <pre class="argument">{docString}</pre>
      </details>
    );
  }
  if (table === null) return null;
  return (
    <div class="scrolls">
      <table class="argument">
        <tbody>
          {table.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => (
                <td key={j}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A sentence about the last claim shows the connections of that claim, where it does not hold for them. */
function tracesOf(steps: readonly ReportStep[]): readonly (RecordedTraces | null)[] {
  let last: RecordedTraces | null = null;
  return steps.map(({ traces }) => {
    if (traces === null) return null;
    if (traces.traces.length === 0) return last === null ? null : { ...last, shown: traces.shown };
    last = traces;
    return traces;
  });
}
