/** The list of scenarios on one side, the one that is looked at on the other; on a phone one of them. The address names the scenario. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ReportIndex, ScenarioRow } from '../html/report.js';
import type { Outcome } from '../outcome.js';
import { Filters } from './filters.js';
import { keyOf, ScenarioList } from './scenario-list.js';
import { ScenarioPane } from './scenario-pane.js';
import { ThemeButton } from './theme-button.js';

export function App({ index }: { readonly index: ReportIndex }) {
  const [outcomes, setOutcomes] = useState<ReadonlySet<Outcome>>(new Set());
  const [text, setText] = useState('');
  const key = useAddress();
  const shown = useMemo(() => filter(index.scenarios, outcomes, text), [index, outcomes, text]);
  const selected = index.scenarios.find((row) => keyOf(row) === key);
  // Beside the list, what went wrong is looked at first.
  const looked = selected ?? shown.find(({ outcome }) => outcome !== 'passed') ?? shown[0];
  return (
    <div class={`page ${selected === undefined ? 'is-list' : 'is-scenario'}`}>
      <header>
        <h1>
          <a href="#">hopspec</a>
        </h1>
        <p class="summary">
          {index.summary}
          {index.shard !== null && <span class="shard"> · shard {index.shard}</span>}
        </p>
        <ThemeButton />
      </header>
      <nav aria-label="Scenarios">
        <Filters scenarios={index.scenarios} outcomes={outcomes} setOutcomes={setOutcomes} text={text} setText={setText} />
        {index.faults.map(({ uri, line, text: said }) => (
          <section class="fault" key={`${uri}:${line}`} aria-label={`${uri} is wrong`}>
            <pre>{said}</pre>
          </section>
        ))}
        <ScenarioList scenarios={shown} total={index.scenarios.length} selected={looked} />
      </nav>
      <main aria-label="Scenario">
        {looked === undefined ? <p class="nothing">No scenario.</p> : <ScenarioPane key={keyOf(looked)} row={looked} />}
      </main>
    </div>
  );
}

function useAddress(): string {
  const read = (): string => decodeURIComponent(location.hash.slice(1));
  const [key, setKey] = useState(read);
  useEffect(() => {
    const follow = (): void => setKey(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return key;
}

/** Every word has to stand in the name, the feature, the file or the tags. */
function filter(scenarios: readonly ScenarioRow[], outcomes: ReadonlySet<Outcome>, text: string): readonly ScenarioRow[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return scenarios.filter((row) => {
    if (outcomes.size > 0 && !outcomes.has(row.outcome)) return false;
    if (words.length === 0) return true;
    const all = `${row.name} ${row.feature} ${row.uri}:${row.line} ${row.tags.join(' ')}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
