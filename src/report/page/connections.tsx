/** The connections that a sentence asked about: one outcome of one of them at a time. */
import { useState } from 'preact/hooks';
import type { RecordedTraces } from '../../sim/trace-recorder.js';
import { probabilityText } from '../../trace/probability-text.js';
import type { RecordedOutcome, RecordedTrace } from '../../trace/recorded-trace.js';
import { flowText } from './flow-text.js';
import { OutcomeView } from './outcome-view.js';

interface ConnectionsProps {
  readonly traces: RecordedTraces;
  readonly isOpen: boolean;
}

interface Choice {
  readonly trace: RecordedTrace;
  readonly outcome: RecordedOutcome;
  readonly isShown: boolean;
}

export function Connections({ traces, isOpen }: ConnectionsProps) {
  const choices = choicesOf(traces);
  const [open, setOpen] = useState(isOpen);
  const [chosen, setChosen] = useState(() =>
    Math.max(
      0,
      choices.findIndex(({ isShown }) => isShown),
    ),
  );
  const choice = choices[chosen];
  if (choice === undefined) return null;
  const flows = new Set(choices.map(({ trace }) => trace));
  return (
    <details class="connections" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{titleOf(traces, choices.length)}</summary>
      {open && (
        <>
          {choices.length > 1 && (
            <label class="choose">
              Outcome
              <select value={String(chosen)} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
                {[...flows].map((flow) => (
                  <optgroup key={`${flow.flow.from} ${flow.flow.to}`} label={flowText(flow)}>
                    {choices.map((one, i) =>
                      one.trace === flow ? (
                        <option key={i} value={String(i)}>
                          {choiceText(one)}
                        </option>
                      ) : null,
                    )}
                  </optgroup>
                ))}
              </select>
            </label>
          )}
          <OutcomeView key={chosen} trace={choice.trace} outcome={choice.outcome} isShown={choice.isShown} />
        </>
      )}
    </details>
  );
}

function choicesOf({ traces, shown }: RecordedTraces): readonly Choice[] {
  return traces.flatMap((trace) => {
    const { from, to, protocol } = trace.flow;
    const isFlow = shown !== null && shown.from === from && shown.to === to && shown.protocol === protocol;
    return trace.outcomes.map((outcome) => ({ trace, outcome, isShown: isFlow && shown.outcome === outcome.index }));
  });
}

function titleOf({ traces, left }: RecordedTraces, kept: number): string {
  const total = traces.reduce((sum, trace) => sum + trace.total, 0);
  const connections = `${traces.length + left} ${traces.length + left === 1 ? 'connection' : 'connections'}`;
  const outcomes =
    left > 0
      ? `the first ${kept} outcomes`
      : kept < total
        ? `${kept} of ${total} outcomes`
        : `${total} ${total === 1 ? 'outcome' : 'outcomes'}`;
  return `The packet's way: ${connections}, ${outcomes}`;
}

function choiceText({ trace, outcome, isShown }: Choice): string {
  const { verdict, server, probability, index } = outcome;
  const fate = verdict === 'delivered' && server !== null ? `delivered to ${server}` : verdict;
  return `${isShown ? '✗ ' : ''}${index + 1} of ${trace.total}, ${probabilityText(probability)}: ${fate}`;
}
