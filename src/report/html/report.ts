/** What the HTML report holds: the scenarios of a run, step by step, and the connections that its sentences asked about. Plain data. */
import type { RecordedTraces } from '../../sim/trace-recorder.js';
import type { Outcome } from '../outcome.js';

export const REPORT_SCHEMA = 'hopspec.dev/report/v1';

export interface ReportScenario {
  readonly uri: string;
  readonly line: number;
  readonly feature: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly outcome: Outcome;
  readonly steps: readonly ReportStep[];
  /** Why it did not pass, where no step says it. */
  readonly text: string | null;
}

export interface ReportStep {
  /** Empty for a hook. */
  readonly keyword: string;
  readonly text: string;
  readonly line: number;
  readonly outcome: Outcome;
  readonly docString: string | null;
  readonly table: readonly (readonly string[])[] | null;
  readonly message: string | null;
  readonly traces: RecordedTraces | null;
}

/** A place where a file is not what its author meant it to be. */
export interface ReportFault {
  readonly uri: string;
  readonly line: number;
  readonly text: string;
}

/** What the page reads at once; the rest of a scenario is in its chunk. */
export interface ReportIndex {
  readonly schema: typeof REPORT_SCHEMA;
  /** `2/4`; null for a whole run. */
  readonly shard: string | null;
  readonly summary: string;
  readonly faults: readonly ReportFault[];
  readonly scenarios: readonly ScenarioRow[];
}

export interface ScenarioRow extends Pick<ReportScenario, 'uri' | 'line' | 'feature' | 'name' | 'tags' | 'outcome'> {
  /** Which chunk, and its place there. */
  readonly at: readonly [chunk: number, place: number];
}

/** The scenarios of one chunk, packed by `pack`. */
export interface ReportChunk {
  readonly strings: readonly string[];
  readonly shapes: readonly (readonly string[])[];
  readonly scenarios: readonly unknown[];
}
