/**
 * `the path is:` and its kin. Rows must be met in their order, in every outcome of the last claim; where gaps are allowed, a row may also be met
 * by what the path does not print (a chain that only let the packet pass), and several rows by one line in different words. `exactly`
 * allows no line but the rows; the underlay counts there only if a row speaks of it.
 */
import { inputError } from '../base/errors.js';
import { claimMismatch } from './explain/mismatch.js';
import { cut } from '../base/wrap-words.js';
import { globMatches } from './glob.js';
import type { Finding, Sight } from './judge/finding.js';
import { sightsOf } from './judge/checks.js';
import { everyCheck, type Judgement } from './judge/judgement.js';
import { observedReply, observedRequest } from './judge/observed.js';
import { type HopLine, hopLines } from './path-lines.js';
import { placeMatches } from './place.js';
import { closestLine } from './closest-line.js';
import type { ClaimWorld } from './world.js';

export interface PathRow {
  readonly where: string;
  readonly what: string;
}

export type PathMode = 'gaps' | 'exactly';
export type PathDirection = 'request' | 'reply';

/** Where matching stopped: `row` is the first one not met (or one past the last), `line` the first line after what was met. */
interface Stop {
  readonly row: number;
  readonly line: number;
}

interface PathClaim extends PathOptions {
  readonly rows: readonly PathRow[];
  readonly current: string;
}

export interface PathOptions {
  readonly mode: PathMode;
  readonly direction: PathDirection;
}

export function judgePath(rows: readonly PathRow[], options: PathOptions, judgement: Judgement, world: ClaimWorld): void {
  if (rows.length === 0) throw inputError('empty-path', 'the path has no row', { fix: 'give at least one row, e.g. | pod A | eth0 |' });
  for (const row of rows) if (row.where.trim() === '' || row.what.trim() === '') throw emptyCell(row);
  const claim: PathClaim = { ...options, rows: rows.map(trimRow), current: world.namespace ?? 'default' };
  const sights = everyCheck(judgement).flatMap((check) => sightsOf(check, world));
  const stops = sights.map((sight) => stopOf(claim, sight));
  const wrong = stops.findIndex((stop) => stop !== undefined);
  const holdsOnce = judgement.claim.mode === 'sometimes' && stops.includes(undefined);
  if (wrong < 0 || holdsOnce) return;
  const sight = sights[wrong] as Sight;
  const same = sights.filter((one, i) => one.trace === sight.trace && stops[i] !== undefined);
  throw pathMismatch(claim, sight, stops[wrong] as Stop, same);
}

function emptyCell({ where, what }: PathRow): Error {
  return inputError('empty-cell', `the row | ${where} | ${what} | has an empty cell`, { fix: 'write * where it does not matter' });
}

function trimRow(row: PathRow): PathRow {
  return { where: row.where.trim(), what: row.what.trim().replace(/\s+/g, ' ') };
}

function linesOf(claim: PathClaim, sight: Sight): readonly HopLine[] {
  const hops = claim.direction === 'request' ? observedRequest(sight) : observedReply(sight);
  const lines = hopLines(hops, claim.current);
  if (claim.mode === 'gaps') return lines;
  const underlay = claim.rows.some((row) => row.where === 'underlay');
  return lines.filter((line) => !line.quiet && (underlay || !line.underlay));
}

function stopOf(claim: PathClaim, sight: Sight): Stop | undefined {
  const lines = linesOf(claim, sight);
  return claim.mode === 'gaps' ? matchWithGaps(claim, lines) : matchExactly(claim, lines);
}

/** The earliest line is right for every row: rows ask nothing of each other. */
function matchWithGaps(claim: PathClaim, lines: readonly HopLine[]): Stop | undefined {
  let at = 0;
  let met = new Set<string>();
  for (const [row, wanted] of claim.rows.entries()) {
    let text = textMet(wanted, lines[at], met, claim.current);
    const from = at;
    while (text === undefined && ++at < lines.length) {
      met = new Set();
      text = textMet(wanted, lines[at], met, claim.current);
    }
    if (text === undefined) return { row, line: row === 0 ? 0 : from + 1 };
    met.add(text);
  }
  return undefined;
}

function matchExactly(claim: PathClaim, lines: readonly HopLine[]): Stop | undefined {
  const length = Math.max(claim.rows.length, lines.length);
  for (let i = 0; i < length; i++) {
    const row = claim.rows[i];
    if (row === undefined || textMet(row, lines[i], new Set(), claim.current) === undefined) return { row: i, line: i };
  }
  return undefined;
}

/** The wording of `line` that the row means, leaving out those that rows before it met. */
function textMet(row: PathRow, line: HopLine | undefined, met: ReadonlySet<string>, current: string): string | undefined {
  if (line === undefined || !placeMatches(row.where, line.netns, current)) return undefined;
  return line.texts.find((text) => !met.has(text) && globMatches(row.what, text));
}

function pathMismatch(claim: PathClaim, sight: Sight, stop: Stop, same: readonly Sight[]): Error {
  const lines = linesOf(claim, sight);
  const finding: Finding = { ...expectation(claim, lines, stop), leg: claim.direction };
  const failing = { count: same.length, probability: same.reduce((sum, one) => sum + one.outcome.probability, 0) };
  const close = nearestLine(claim, lines, stop);
  const nearest = close === undefined ? undefined : `| ${close.where} | ${close.texts[0]} |`;
  return claimMismatch({ claimed: markRow(claim, stop.row), sight, finding, failing, nearest });
}

function nearestLine(claim: PathClaim, lines: readonly HopLine[], stop: Stop): HopLine | undefined {
  const row = claim.rows[stop.row];
  if (row === undefined) return undefined;
  return claim.mode === 'exactly' ? lines[stop.line] : closestLine(row, lines.slice(stop.line), claim.current);
}

function expectation(claim: PathClaim, lines: readonly HopLine[], stop: Stop): { expected: string; happened: string } {
  const row = claim.rows[stop.row];
  const line = lines[stop.line];
  const before = claim.rows[stop.row - 1];
  if (claim.mode === 'gaps') {
    const after = before === undefined ? 'anywhere on the path' : `after "${before.where} ${before.what}"`;
    const earlier = row !== undefined && lines.slice(0, stop.line).some((one) => textMet(row, one, new Set(), claim.current) !== undefined);
    const none = before === undefined ? 'the path has no such line' : 'no such line follows';
    return { expected: `"${row?.where} ${row?.what}" ${after}`, happened: earlier ? `${none}; there is one before it` : none };
  }
  const seen = line === undefined ? 'the path ends there' : `"${line.where} ${line.texts[0]}"`;
  return row === undefined
    ? { expected: `the path ends after row ${stop.row}`, happened: `it goes on with ${seen}` }
    : { expected: `row ${stop.row + 1}: "${row.where} ${row.what}"`, happened: seen };
}

/** The row with its neighbours, as a table, the row marked. */
function markRow(claim: PathClaim, row: number): readonly string[] {
  const title = `the ${claim.direction === 'reply' ? 'reply path' : 'path'} is${claim.mode === 'exactly' ? ' exactly' : ''}:`;
  const width = Math.max(...claim.rows.map((one) => one.where.length));
  const from = Math.max(0, Math.min(row - 1, claim.rows.length - 1));
  const shown = claim.rows.slice(from, row + 1).map((one) => cut(`  | ${one.where.padEnd(width)} | ${one.what} |`, 100));
  const marked = claim.rows[row];
  if (marked === undefined) return [title, ...shown, `  ${'^'.repeat((shown.at(-1)?.length ?? 4) - 2)}`];
  return [title, ...(from > 0 ? ['  …'] : []), ...shown, `${' '.repeat(width + 7)}${'^'.repeat(Math.min(marked.what.length, 90 - width))}`];
}
