/** What the list shows: by outcome, and by words. */
import type { ScenarioRow } from '../html/report.js';
import { MARKS, type Outcome, OUTCOMES } from '../outcome.js';

interface FiltersProps {
  readonly scenarios: readonly ScenarioRow[];
  readonly outcomes: ReadonlySet<Outcome>;
  readonly setOutcomes: (outcomes: ReadonlySet<Outcome>) => void;
  readonly text: string;
  readonly setText: (text: string) => void;
}

export function Filters({ scenarios, outcomes, setOutcomes, text, setText }: FiltersProps) {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of scenarios) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const toggle = (outcome: Outcome): void => setOutcomes(toggled(outcomes, outcome));
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        value={text}
        placeholder="Filter by name, file, tag"
        aria-label="Filter scenarios by name, file or tag"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="chips" role="group" aria-label="Filter by outcome">
        {OUTCOMES.filter((outcome) => counts.has(outcome)).map((outcome) => (
          <button
            type="button"
            key={outcome}
            class={`chip o-${classOf(outcome)}`}
            aria-pressed={outcomes.has(outcome)}
            onClick={() => toggle(outcome)}
          >
            <span aria-hidden="true">{MARKS[outcome]}</span> {counts.get(outcome)} {outcome}
          </button>
        ))}
      </div>
    </form>
  );
}

function toggled(outcomes: ReadonlySet<Outcome>, outcome: Outcome): ReadonlySet<Outcome> {
  const next = new Set(outcomes);
  if (!next.delete(outcome)) next.add(outcome);
  return next;
}

/** `cannot say` as a class. */
export function classOf(outcome: Outcome): string {
  return outcome.replace(' ', '-');
}
