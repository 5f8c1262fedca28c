/** The path in a message: rows as they could stand in a path table, one per sight of the packet, up to the first difference. */
import type { HopLine } from '../path-lines.js';
import { cut, MESSAGE_WIDTH } from '../../base/wrap-words.js';

const LINES_MAX = 14;

/** Printed lines, `indent` before each; what is too many is left out in the middle. */
export function pathBlock(lines: readonly HopLine[], indent: string, stopAt: ((line: HopLine) => boolean) | undefined): readonly string[] {
  const shown = condense(upTo(lines, stopAt));
  const width = Math.max(0, ...shown.map((line) => line.where.length));
  const rest = Math.max(0, ...shown.map((line) => (line.texts[0] ?? '').length));
  const rows = shown.map((line) => cut(`${indent}| ${line.where.padEnd(width)} | ${(line.texts[0] ?? '').padEnd(rest)} |`, MESSAGE_WIDTH));
  if (rows.length <= LINES_MAX) return rows;
  const head = Math.floor(LINES_MAX / 2) - 1;
  const tail = LINES_MAX - head - 1;
  return [...rows.slice(0, head), `${indent}… ${rows.length - head - tail} more`, ...rows.slice(-tail)];
}

function upTo(lines: readonly HopLine[], stopAt: ((line: HopLine) => boolean) | undefined): readonly HopLine[] {
  const at = stopAt === undefined ? -1 : lines.findIndex(stopAt);
  return at < 0 ? lines : lines.slice(0, at + 1);
}

/** The underlay only carries: its sights are shown where the packet ended in it. */
function condense(lines: readonly HopLine[]): readonly HopLine[] {
  const loud = lines.filter((line) => !line.quiet);
  const last = loud.at(-1);
  return loud.filter((line) => !line.underlay || line === last);
}
