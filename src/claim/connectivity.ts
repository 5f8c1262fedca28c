/**
 * `the connectivity on TCP port 80 is:`: a table of senders by receivers. `yes` means answered in every outcome, `no` in none, `refused` that the
 * client is refused in every outcome, `-` that nobody asks. All cells are judged; the message shows every wrong one and the way of the first.
 */
import { InputError, inputError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { claimMismatch } from './explain/mismatch.js';
import { cut, MESSAGE_WIDTH } from '../base/wrap-words.js';
import type { Sight } from './judge/finding.js';
import { checksOf, nothingMeant, sightsOf } from './judge/checks.js';
import { isReached, reachText } from './judge/reach.js';
import { parseObjectPhrase, parseSubjectPhrase } from './parse/phrase.js';
import type { ObjectPhrase, RoutePhrase, SubjectPhrase } from './phrase.js';
import type { ClaimWorld } from './world.js';

const CELLS = ['yes', 'no', 'refused', '-'] as const;
type Cell = (typeof CELLS)[number];

interface Row {
  readonly name: string;
  readonly subject: SubjectPhrase;
  readonly cells: readonly Cell[];
}

interface Wrong {
  readonly row: number;
  readonly column: number;
  readonly sight: Sight;
  readonly happened: 'yes' | 'no' | 'refused' | 'sometimes';
}

/** `table`: first row an empty cell and the receivers; then a sender and its cells. */
export function judgeConnectivity(
  table: readonly (readonly string[])[],
  port: { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly port: number },
  world: ClaimWorld,
): void {
  const receivers = (table[0] ?? []).slice(1).map((name) => ({ name, object: ofCell(name, parseObjectPhrase) }));
  const rows = table.slice(1).map((cells) => readRow(cells, receivers.length));
  if (receivers.length === 0 || rows.length === 0) throw inputError('empty-table', 'the connectivity table has no cell to judge');
  const route: RoutePhrase = { via: 'port', ...port, node: undefined, address: undefined, span: { start: 0, end: 0 } };
  const wrong = rows.flatMap((row, r) => receivers.flatMap(({ object }, c) => judgeCell(row, r, c, { object, route, world })));
  const [first] = wrong;
  if (first === undefined) return;
  const names = receivers.map((receiver) => receiver.name);
  throw claimMismatch({
    claimed: [`the connectivity on ${port.protocol} port ${port.port} is:`, ...tableText(rows, names, wrong)],
    sight: first.sight,
    finding: {
      expected: `"${rows[first.row]?.cells[first.column]}" from ${rows[first.row]?.name} to ${names[first.column]}`,
      happened: `"${first.happened}": ${reachText(first.sight)}${wrong.length > 1 ? ` (${wrong.length} cells differ)` : ''}`,
    },
    failing: { count: first.sight.trace.outcomes.length, probability: 1 },
    nearest:
      first.happened === 'sometimes'
        ? `${rows[first.row]?.name} can sometimes reach ${names[first.column]} on port ${port.port}`
        : undefined,
  });
}

function readRow(cells: readonly string[], width: number): Row {
  const [name = '', ...values] = cells;
  if (values.length !== width) throw inputError('uneven-table', `the row "${name}" has ${values.length} cells, not ${width}`);
  return { name, subject: ofCell(name, parseSubjectPhrase), cells: values.map((value) => readCell(value)) };
}

/** Errors about a cell name it: the caret of a sentence would point into the wrong line. */
function ofCell<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map(({ position, ...rest }) => ({ ...rest, message: `in the cell "${position?.text ?? text}", ${rest.message}` })),
    );
  }
}

function readCell(value: string): Cell {
  const cell = CELLS.find((known) => known === value.trim());
  if (cell !== undefined) return cell;
  const close = nearest(value, CELLS);
  throw inputError('unknown-cell', `"${value}" is no answer that a cell can hold`, {
    fix: `write one of ${CELLS.join(', ')}${close === undefined ? '' : `; did you mean "${close}"?`}`,
  });
}

interface CellContext {
  readonly object: ObjectPhrase;
  readonly route: RoutePhrase;
  readonly world: ClaimWorld;
}

function judgeCell(row: Row, r: number, c: number, context: CellContext): readonly Wrong[] {
  const cell = row.cells[c] ?? '-';
  if (cell === '-') return [];
  const { object, route, world } = context;
  // Spans of the cells' phrases point into no sentence, so the world is asked as it is.
  const sights = checksOf({ subject: row.subject, object, route }, world).flatMap((check) => sightsOf(check, world));
  if (sights.length === 0) throw nothingMeant(row.name);
  const bad = sights.find((sight) => !fits(cell, sight));
  return bad === undefined ? [] : [{ row: r, column: c, sight: bad, happened: summary(sights) }];
}

function fits(cell: Cell, sight: Sight): boolean {
  return cell === 'refused' ? sight.outcome.verdict === 'refused' : isReached(sight) === (cell === 'yes');
}

function summary(sights: readonly Sight[]): Wrong['happened'] {
  const delivered = sights.filter(isReached).length;
  if (delivered > 0) return delivered === sights.length ? 'yes' : 'sometimes';
  return sights.every((sight) => sight.outcome.verdict === 'refused') ? 'refused' : 'no';
}

const ROWS_MAX = 8;

/** The rows that have a wrong cell; a wrong cell shows what was written and what happened. */
function tableText(rows: readonly Row[], names: readonly string[], wrong: readonly Wrong[]): readonly string[] {
  const bad = [...new Set(wrong.map((one) => one.row))];
  const cellText = (r: number, c: number): string => {
    const one = wrong.find((w) => w.row === r && w.column === c);
    const written = rows[r]?.cells[c] ?? '';
    return one === undefined ? written : `${written} (is ${one.happened})`;
  };
  const grid = [['', ...names], ...bad.slice(0, ROWS_MAX).map((r) => [rows[r]?.name ?? '', ...names.map((_, c) => cellText(r, c))])];
  const widths = grid[0]?.map((_, c) => Math.max(...grid.map((line) => line[c]?.length ?? 0))) ?? [];
  const lines = grid.map((line) => cut(`  | ${line.map((text, c) => text.padEnd(widths[c] ?? 0)).join(' | ')} |`, MESSAGE_WIDTH));
  return bad.length > ROWS_MAX ? [...lines, `  … ${bad.length - ROWS_MAX} more rows`] : lines;
}
