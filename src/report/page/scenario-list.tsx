/** Scenarios by file. The arrow keys go through them. */
import type { ScenarioRow } from '../html/report.js';
import { MARKS } from '../outcome.js';
import { classOf } from './filters.js';

interface ScenarioListProps {
  readonly scenarios: readonly ScenarioRow[];
  readonly total: number;
  readonly selected: ScenarioRow | undefined;
}

export function ScenarioList({ scenarios, total, selected }: ScenarioListProps) {
  const files = groupByFile(scenarios);
  return (
    <div class="list" onKeyDown={moveFocus}>
      <p class="count" role="status">
        {scenarios.length === total ? '' : `${scenarios.length} of ${total} scenarios`}
      </p>
      {[...files].map(([uri, rows]) => (
        <section key={uri} class="file">
          <h2>
            {rows[0]?.feature || uri}
            <small>{uri}</small>
          </h2>
          <ul>
            {rows.map((row) => (
              <li key={row.line}>
                <a
                  href={`#${encodeURIComponent(keyOf(row))}`}
                  class={`o-${classOf(row.outcome)}`}
                  aria-current={row === selected ? 'true' : undefined}
                >
                  <span class="mark" role="img" aria-label={row.outcome}>
                    {MARKS[row.outcome]}
                  </span>
                  <span class="name">{row.name}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** What the address names a scenario by. */
export function keyOf({ uri, line }: ScenarioRow): string {
  return `${uri}:${line}`;
}

function groupByFile(scenarios: readonly ScenarioRow[]): Map<string, ScenarioRow[]> {
  const files = new Map<string, ScenarioRow[]>();
  for (const row of scenarios) {
    const rows = files.get(row.uri);
    if (rows === undefined) files.set(row.uri, [row]);
    else rows.push(row);
  }
  return files;
}

function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll('a')];
  const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
