/** `pod A resolves "nginx" to Service nginx`, and `does not resolve`: what must be found, what was, and which questions were asked on the way. */
import { ClaimMismatch } from '../base/errors.js';
import type { Cause } from '../trace/trace.js';
import { labelled } from './explain/mismatch.js';
import { markSpan } from './explain/text.js';
import type { Span } from './phrase.js';
import { placeName } from './place.js';

export interface LookUp {
  /** Addresses that were found; none where the name has none. */
  readonly addresses: readonly string[];
  readonly rcode: string;
  /** `nginx.default.svc.cluster.local. A from 10.96.0.10: NXDOMAIN`, in order. */
  readonly asked: readonly string[];
  /** Why no answer came, and how; undefined where one did. */
  readonly lost: { readonly verdict: string; readonly cause: Cause | null } | undefined;
}

export interface ResolvesClaim {
  readonly sentence: string;
  /** Of the words that fail; what follows `resolves` unless given. */
  readonly span?: Span | undefined;
  /** The addresses that it must be, and no others; undefined for `does not resolve`. */
  readonly wanted: readonly string[] | undefined;
  /** Whose address one is, for messages. */
  readonly owner: (address: string) => string | undefined;
  readonly namespace: string;
  readonly replay: string;
}

export function judgeResolves(claim: ResolvesClaim, found: LookUp): void {
  const { wanted } = claim;
  const holds = wanted === undefined ? found.addresses.length === 0 : found.lost === undefined && sameAddresses(wanted, found.addresses);
  if (!holds) throw mismatch(claim, found);
}

function sameAddresses(one: readonly string[], other: readonly string[]): boolean {
  return other.length > 0 && [...new Set(one)].sort().join() === [...new Set(other)].sort().join();
}

function mismatch(claim: ResolvesClaim, found: LookUp): ClaimMismatch {
  const { sentence, wanted } = claim;
  const start = sentence.indexOf(wanted === undefined ? 'does not' : 'resolves');
  const from = wanted === undefined ? start : sentence.indexOf(' to ', start) + 1;
  const span = claim.span ?? { start: from, end: sentence.length };
  return lookUpMismatch({ ...claim, span }, wanted === undefined ? 'no address' : named(wanted, claim.owner), found);
}

/** Of any sentence that needs a name. */
export function lookUpMismatch(
  claim: Omit<ResolvesClaim, 'wanted'> & { readonly span: Span },
  expected: string,
  found: LookUp,
): ClaimMismatch {
  const { sentence, span, owner, replay } = claim;
  return new ClaimMismatch([
    {
      code: 'claim-mismatch',
      message: [
        ...markSpan(sentence, span),
        ...labelled('expected', expected),
        ...labelled('happened', happened(found, owner)),
        ...found.asked.flatMap((line, i) => (i === 0 ? labelled('asked', line) : [`${' '.repeat(14)}${line}`])),
        ...labelled('reason', reason(found, claim.namespace)),
        ...labelled('replay', replay),
      ].join('\n'),
    },
  ]);
}

function named(addresses: readonly string[], owner: (address: string) => string | undefined): string {
  if (addresses.length === 0) return 'an address, and what is named there has none';
  return addresses
    .map((address) => {
      const who = owner(address);
      return who === undefined ? address : `${address} (${who})`;
    })
    .join(', ');
}

function happened({ addresses, rcode, lost }: LookUp, owner: (address: string) => string | undefined): string {
  if (lost !== undefined) return `no answer came: the question ${lost.verdict === 'timeout' ? 'was lost' : `was ${lost.verdict}`}`;
  if (addresses.length > 0) return `it resolves to ${named(addresses, owner)}`;
  return rcode === 'NXDOMAIN' ? 'there is no such name (NXDOMAIN)' : 'the name is there, and has no address (NODATA)';
}

function reason({ lost }: LookUp, current: string): string | undefined {
  const cause = lost?.cause;
  if (cause === undefined || cause === null) return undefined;
  const behind = cause.behind === null ? '' : `; ${cause.behind.kind} ${cause.behind.name}: ${cause.behind.detail}`;
  return `${placeName(cause.netns, current)}: ${cause.text}${behind}`;
}
