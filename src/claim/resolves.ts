/** `pod A resolves "nginx" to Service nginx`, and `does not resolve`: what must be found, what was, and which questions were asked on the way. */
import { ClaimMismatch } from '../base/errors.js';
import type { Cause } from '../trace/trace.js';
import { wrapWords } from '../base/wrap-words.js';
import { labelled } from './explain/mismatch.js';
import { markSpan } from './explain/text.js';
import type { Span } from './phrase.js';
import { placeName } from './place.js';

export interface LookUp {
  /** Addresses, or what records of another type say; none where the name has none. */
  readonly found: readonly string[];
  /** `NOERROR`, `NODATA`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, `TIMEOUT`, `UNREACHABLE`. */
  readonly result: string;
  /** `nginx.default.svc.cluster.local. A from 10.96.0.10: NXDOMAIN`, in order. */
  readonly asked: readonly string[];
  /** How long nothing came. */
  readonly seconds: number;
  /** Why no answer came, and how; undefined where all questions were answered. */
  readonly lost: { readonly verdict: string; readonly cause: Cause | null } | undefined;
}

export interface ResolvesClaim {
  readonly sentence: string;
  /** Of the words that fail; what follows `resolves` unless given. */
  readonly span?: Span | undefined;
  /** What it must be, and nothing else; undefined for `does not resolve`. */
  readonly wanted: readonly string[] | undefined;
  /** Of `does not resolve`: why, and after how many seconds. */
  readonly because?: string | undefined;
  readonly seconds?: number | undefined;
  /** Whose address one is, for messages. */
  readonly owner: (address: string) => string | undefined;
  readonly namespace: string;
  readonly replay: string;
}

export function judgeResolves(claim: ResolvesClaim, look: LookUp): void {
  if (claim.wanted === undefined ? !holdsNot(claim, look) : !isSame(claim.wanted, look)) throw mismatch(claim, look);
}

function holdsNot({ because, seconds }: ResolvesClaim, look: LookUp): boolean {
  if (look.found.length > 0) return false;
  return (because === undefined || resultOf(look) === because) && (seconds === undefined || seconds === look.seconds);
}

/** A name that is there without what was asked for. */
function resultOf({ result }: LookUp): string {
  return result === 'NOERROR' ? 'NODATA' : result;
}

function isSame(wanted: readonly string[], { found }: LookUp): boolean {
  return found.length > 0 && [...new Set(wanted)].sort().join() === [...new Set(found)].sort().join();
}

function mismatch(claim: ResolvesClaim, look: LookUp): ClaimMismatch {
  const { sentence, wanted } = claim;
  const denied = ['does not', 'gives up'].map((words) => sentence.indexOf(words)).find((at) => at >= 0);
  const because = sentence.lastIndexOf(' because ');
  const from =
    denied === undefined
      ? sentence.indexOf(' to ', sentence.indexOf('resolves')) + 1
      : look.found.length === 0 && because > 0
        ? because + 1
        : denied;
  return lookUpMismatch({ ...claim, span: claim.span ?? { start: from, end: sentence.length } }, expected(claim, wanted), look);
}

function expected({ because, seconds, owner }: ResolvesClaim, wanted: readonly string[] | undefined): string {
  if (wanted !== undefined) return named(wanted, owner);
  if (seconds !== undefined) return `no answer for ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  return because === undefined ? 'no address' : because === 'TIMEOUT' ? 'no answer' : because;
}

/** Of any sentence that needs a name. */
export function lookUpMismatch(
  claim: Omit<ResolvesClaim, 'wanted'> & { readonly span: Span },
  wanted: string,
  look: LookUp,
): ClaimMismatch {
  const { sentence, span, owner, replay } = claim;
  return new ClaimMismatch([
    {
      code: 'claim-mismatch',
      message: [
        ...markSpan(sentence, span),
        ...labelled('expected', wanted),
        ...labelled('happened', happened(look, owner)),
        ...shown(look.asked).flatMap((line, i) => (i === 0 ? labelled('asked', line) : further(line))),
        ...labelled('reason', reason(look, claim.namespace)),
        ...labelled('replay', replay),
      ].join('\n'),
    },
  ]);
}

const SHOWN_MAX = 12;
const INDENT = ' '.repeat(14);

function further(text: string): readonly string[] {
  return wrapWords(text, INDENT).map((line, i) => (i === 0 ? `${INDENT}${line}` : line));
}

function shown(asked: readonly string[]): readonly string[] {
  const more = asked.length - SHOWN_MAX;
  return more > 0 ? [...asked.slice(0, SHOWN_MAX), `and ${more} more`] : asked;
}

function named(found: readonly string[], owner: (address: string) => string | undefined): string {
  if (found.length === 0) return 'an address, and what is named there has none';
  return found
    .map((one) => {
      const who = owner(one);
      return who === undefined ? one : `${one} (${who})`;
    })
    .join(', ');
}

function happened(look: LookUp, owner: (address: string) => string | undefined): string {
  if (look.found.length > 0) return `it resolves to ${named(look.found, owner)}`;
  switch (look.result) {
    case 'TIMEOUT':
      return `no answer came: the question was lost, and given up after ${look.seconds} seconds`;
    case 'UNREACHABLE':
      return 'no answer came: the question was refused on its way';
    case 'SERVFAIL':
      return `the server failed (SERVFAIL)${look.lost === undefined ? '' : ': its own question was lost'}`;
    case 'REFUSED':
      return 'the server answers no such questions (REFUSED)';
    case 'NXDOMAIN':
      return 'there is no such name (NXDOMAIN)';
    default:
      return 'the name is there, and has no such record (NODATA)';
  }
}

function reason({ lost }: LookUp, current: string): string | undefined {
  const cause = lost?.cause;
  if (cause === undefined || cause === null) return undefined;
  const behind = cause.behind === null ? '' : `; ${cause.behind.kind} ${cause.behind.name}: ${cause.behind.detail}`;
  return `${placeName(cause.netns, current)}: ${cause.text}${behind}`;
}
