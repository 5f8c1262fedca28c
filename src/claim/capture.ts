/**
 * `the capture on node1 shows:` — lines of tcpdump, with `*` for what does not matter. Each must be seen, in their order; between them others may stand, unless
 * it says `exactly`. A line may be written with its time and device or without. It must hold whatever the network chose.
 */
import { ClaimMismatch, inputError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { cut, MESSAGE_WIDTH } from '../base/wrap-words.js';
import type { CaptureLine } from '../trace/capture-lines.js';
import { labelled } from './explain/mismatch.js';
import { probabilityText } from './explain/text.js';
import { globMatches } from './glob.js';

/** What was captured if the network chose in one way. */
export interface Captured {
  /** Which way: `pod A to Service nginx, answered by pod web-1`. */
  readonly outcome: string;
  readonly probability: number;
  readonly lines: readonly CaptureLine[];
}

export interface CaptureClaim {
  /** As it stands in the sentence: `node1`. */
  readonly place: string;
  readonly exactly: boolean;
  readonly replay: string;
}

const LINES_SHOWN_MAX = 10;
const INDENT = ' '.repeat(14);

export function judgeCapture(text: string, captures: readonly Captured[], claim: CaptureClaim): void {
  const wanted = text
    .split('\n')
    .map((line) => words(line))
    .filter((line) => line !== '');
  if (wanted.length === 0)
    throw inputError('empty-capture', 'the capture has no line', { fix: 'give at least one, e.g. IP *: Flags [S], *' });
  for (const captured of captures) {
    const stop = claim.exactly ? exactStop(wanted, captured.lines) : gappedStop(wanted, captured.lines);
    if (stop !== undefined) throw mismatch(wanted, captured, stop, claim);
  }
}

function words(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

/** The first line not met, and the line seen at which looking for it began. */
interface Stop {
  readonly wanted: number;
  readonly seen: number;
}

function gappedStop(wanted: readonly string[], seen: readonly CaptureLine[]): Stop | undefined {
  let from = 0;
  for (const [i, pattern] of wanted.entries()) {
    const at = seen.findIndex((line, j) => j >= from && isLike(pattern, line));
    if (at < 0) return { wanted: i, seen: from };
    from = at + 1;
  }
  return undefined;
}

function exactStop(wanted: readonly string[], seen: readonly CaptureLine[]): Stop | undefined {
  for (let i = 0; i < Math.max(wanted.length, seen.length); i++) {
    const [pattern, line] = [wanted[i], seen[i]];
    if (pattern === undefined || line === undefined || !isLike(pattern, line)) return { wanted: i, seen: i };
  }
  return undefined;
}

function isLike(pattern: string, line: CaptureLine): boolean {
  return forms(line).some((form) => globMatches(pattern, form));
}

/** The line alone, behind its device, and behind time and device or time alone, as tcpdump prints it on `any` and on one device. */
function forms({ text, device, time }: CaptureLine): readonly string[] {
  const plain = words(text);
  return [plain, `${device} ${plain}`, `${time} ${device} ${plain}`, `${time} ${plain}`];
}

function mismatch(wanted: readonly string[], captured: Captured, stop: Stop, claim: CaptureClaim): ClaimMismatch {
  const { lines } = captured;
  const missing = wanted[stop.wanted];
  const extra = claim.exactly ? lines[stop.seen] : undefined;
  const before = stop.seen === 0 ? '' : ` after line ${stop.seen} of the capture`;
  const near =
    missing === undefined
      ? undefined
      : nearest(
          missing,
          lines.map(({ text }) => words(text)),
        );
  return new ClaimMismatch([
    {
      code: 'claim-mismatch',
      message: [
        `the capture on ${claim.place} shows${claim.exactly ? ' exactly' : ''}:`,
        ...marked(missing),
        ...labelled('expected', missing === undefined ? 'no further packet' : `a packet like this${before}`),
        ...labelled('happened', happened(extra, lines.length)),
        ...labelled(
          'outcome',
          `${captured.outcome}${captured.probability < 1 ? `, probability ${probabilityText(captured.probability)}` : ''}`,
        ),
        ...shown(lines, stop.seen),
        ...labelled('nearest', near),
        ...labelled('replay', claim.replay),
      ].join('\n'),
    },
  ]);
}

function marked(missing: string | undefined): readonly string[] {
  if (missing === undefined) return [];
  const line = cut(missing, MESSAGE_WIDTH - 2);
  return [`  ${line}`, `  ${'^'.repeat(line.length)}`];
}

function happened(extra: CaptureLine | undefined, seen: number): string {
  if (extra !== undefined) return `it shows ${extra.text}`;
  return seen === 0 ? 'nothing was seen there' : 'none of those seen is like it';
}

/** The lines around the one at which looking went on. */
function shown(lines: readonly CaptureLine[], at: number): readonly string[] {
  if (lines.length === 0) return [];
  const first = Math.max(0, Math.min(at - 2, lines.length - LINES_SHOWN_MAX));
  const part = lines.slice(first, first + LINES_SHOWN_MAX);
  const rows = part.map(({ device, text }, i) =>
    cut(`${String(first + i + 1).padStart(3)} ${device} ${text}`, MESSAGE_WIDTH - INDENT.length),
  );
  const rest = lines.length - first - part.length;
  return [...rows, ...(rest > 0 ? [`    … and ${rest} more`] : [])].map((row, i) =>
    i === 0 ? `  ${'capture:'.padEnd(12)}${row}` : `${INDENT}${row}`,
  );
}
