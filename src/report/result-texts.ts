/** What every report says of a scenario: its mark, why it did not pass, and the sum of all. */
import { OUTCOMES, type Outcome } from './outcome.js';
import type { ScenarioResult } from './scenario-results.js';
import { emptyScenarioText, troubleText } from './trouble-text.js';

/** One for each step that did not pass; none for a scenario that did. */
export function resultTexts(result: ScenarioResult): readonly string[] {
  const texts = result.troubles.map((trouble) => troubleText(trouble, result));
  return texts.length === 0 && result.outcome === 'wrong' ? [emptyScenarioText(result)] : texts;
}

/** `3 scenarios: 2 passed, 1 failed` */
export function summaryText(counts: ReadonlyMap<Outcome, number>): string {
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const parts = OUTCOMES.filter((outcome) => counts.has(outcome)).map((outcome) => `${counts.get(outcome)} ${outcome}`);
  return `${total} ${total === 1 ? 'scenario' : 'scenarios'}: ${parts.join(', ')}`;
}
