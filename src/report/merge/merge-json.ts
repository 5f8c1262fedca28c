/** Cucumber's JSON reports of shards as that of the whole run: features in the order of the whole, each with its scenarios in order. */
import { inputError } from '../../index.js';
import type { JsonFeature } from './mark-shard.js';
import type { ReportText } from './report-text.js';
import { interleave, wholeRun } from './shards.js';

interface Scenario {
  readonly feature: JsonFeature;
  readonly element: JsonFeature['elements'][number];
}

export function mergeJson(reports: readonly ReportText[]): string {
  const order = wholeRun(
    reports.map(({ text, file }) => {
      const features = readFeatures(text, file);
      const [first] = features;
      if (first !== undefined && first.shard === undefined) {
        throw inputError('not-a-shard', `${file} does not say which shard it is`, { fix: 'write it with --shard I/N --format json:FILE' });
      }
      const scenarios = features.flatMap((feature) => feature.elements.map((element): Scenario => ({ feature, element })));
      return { file, shard: first?.shard, scenarios };
    }),
  );
  const features = new Map<string, { feature: JsonFeature; elements: Scenario['element'][] }>();
  for (const { feature, element } of interleave(order)) {
    const known = features.get(feature.uri);
    if (known === undefined) features.set(feature.uri, { feature, elements: [element] });
    else known.elements.push(element);
  }
  // Members in the order that Cucumber has them.
  const all = [...features.values()].map(({ feature: { shard: _, ...feature }, elements }) => ({ ...feature, elements }));
  return JSON.stringify(all, undefined, 2);
}

function readFeatures(text: string, file: string): readonly JsonFeature[] {
  try {
    return JSON.parse(text) as readonly JsonFeature[];
  } catch {
    throw inputError('not-a-report', `${file} is no whole JSON report`);
  }
}
