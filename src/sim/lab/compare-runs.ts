/**
 * Both judges on one connection: every answer of the real kernel is one that the simulator foresees, with the same path, and every outcome
 * that the simulator foresees was seen. The error shows both paths where they part.
 */
import { ClaimMismatch } from '../../base/errors.js';
import { formatSocket } from '../../base/ip.js';
import { compareAnswer, type Difference } from '../../lab/compare/compare-flow.js';
import { comparePath, stepText } from '../../lab/compare/compare-path.js';
import { PortNames } from '../../lab/compare/port-names.js';
import { flowJson } from '../../trace/flow-json.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import { pathOf } from '../../trace/path.js';
import type { Run } from '../../trace/to-trace.js';
import type { Connection } from '../simulation.js';
import { mustHaveSeenAll, outcomeKey } from './tries.js';

export function compareRuns(connection: Connection, foreseen: readonly Run[], real: readonly FlowRecord[]): void {
  for (const record of real) {
    const differences = foreseen.map((run) => compareRecords(run.record, record));
    if (!differences.includes(undefined)) throw disagreement(connection, closest(foreseen, record, differences as Difference[]));
  }
  if (!mustHaveSeenAll(foreseen, real.length)) return;
  const seen = new Set(real.map(outcomeKey));
  const unseen = foreseen.find(({ record }) => !seen.has(outcomeKey(record)));
  if (unseen === undefined) return;
  throw disagreement(connection, { what: 'outcomes', simulated: outcomeKey(unseen.record), real: `never, in ${real.length} connections` });
}

/** Of a story, in which rules change and both ends acknowledge when they like: what its client and its server are told, without the way. */
export function compareAnswers(connection: Connection, foreseen: readonly Run[], real: FlowRecord): void {
  const differences = foreseen.map(({ record }) => compareAnswer(flowJson(record), flowJson(real)));
  if (!differences.includes(undefined)) throw disagreement(connection, differences[0] as Difference);
}

function compareRecords(simulated: FlowRecord, real: FlowRecord): Difference | undefined {
  const [mine, theirs] = [flowJson(simulated), flowJson(real)];
  return compareAnswer(mine, theirs) ?? comparePath(pathOf(simulated), pathOf(real), new PortNames(mine.local, theirs.local));
}

/** Of the outcome with the same answer, if there is one: its path says more. */
function closest(foreseen: readonly Run[], real: FlowRecord, differences: readonly Difference[]): Difference {
  const same = foreseen.findIndex(({ record }) => outcomeKey(record) === outcomeKey(real));
  return differences[Math.max(0, same)] as Difference;
}

function disagreement({ source, destination }: Connection, difference: Difference): ClaimMismatch {
  const { what, simulated, real, steps } = difference;
  const called = formatSocket(destination.ip, destination.port);
  const lines = [
    `the simulated and the real kernel disagree about ${source.text} to ${destination.text} (${called})`,
    `  differs:    ${what}`,
    `  simulated:  ${simulated}`,
    `  real:       ${real}`,
  ];
  if (steps !== undefined) {
    lines.push('  simulated path:', ...steps.simulated.map((step) => `    ${stepText(step)}`));
    lines.push('  real path:', ...steps.real.map((step) => `    ${stepText(step)}`));
  }
  return new ClaimMismatch([{ code: 'judges-disagree', message: lines.join('\n') }]);
}
