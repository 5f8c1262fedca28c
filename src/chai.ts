/**
 * The claims of a spec as assertions of chai, for tests in TypeScript: `use(hopspecChai)`, then `expect(trace).to.be.snatedTo('node1')`. They are judged
 * by what judges the sentences, and fail with the same message. A trace is what `simulation.trace()` returns; a claim must hold in each of its outcomes.
 */
import type {} from 'chai';
import { ClaimMismatch } from './base/errors.js';
import { claimPath, claimQualifiers, claimReach } from './claim/about-trace.js';
import type { PathRow } from './claim/path.js';
import { worldOfTrace } from './sim/trace-world.js';
import type { Trace } from './trace/trace.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Chai {
    interface Assertion {
      /** The client gets an answer, in every outcome. */
      delivered: Assertion;
      /** By a reset, or an ICMP error that says that nobody is at the port. */
      refused: Assertion;
      /** The client hears nothing. */
      timedOut: Assertion;
      /** The client is told that there is no way. */
      unreachable: Assertion;
      snated: Assertion;
      dnated: Assertion;
      encapsulated: Assertion;
      /** A node, a pod, or an address: `node1`, `10.244.1.0`. */
      snatedTo(place: string): Assertion;
      /** `pod B`, `10.244.2.3:8080`. */
      dnatedTo(place: string): Assertion;
      /** `VXLAN`, `IPIP`, `GRE`, `Geneve`, `WireGuard`, `UDP`. */
      encapsulatedIn(kind: string, between?: { readonly from: string; readonly to: string }): Assertion;
      passThrough(node: string): Assertion;
      passThroughChain(chain: string, node?: string): Assertion;
      stayOn(node: string): Assertion;
      /** By a rule, a policy or a missing way on that node, in that chain. */
      droppedOn(node: string, chain?: string): Assertion;
      spreadOver(endpoints: number): Assertion;
      takeHops(count: number): Assertion;
      havePathMtu(bytes: number): Assertion;
      /** The source that the server sees. */
      seenAs(place: string): Assertion;
      /** What a spec says of the last claim: `it is SNATed to node1 and stays on node1`. */
      hold(sentence: string): Assertion;
      /** Rows of `the path is:`, as `[where, what]`; with `exactly` no others. */
      followPath(rows: readonly (readonly [where: string, what: string])[], options?: PathWish): Assertion;
    }
  }
}

export interface PathWish {
  readonly exactly?: boolean | undefined;
  /** The way back. */
  readonly reply?: boolean | undefined;
}

/** Claims that are one word. */
const WORDS: Readonly<Record<string, string>> = {
  refused: 'it is refused',
  timedOut: 'it times out',
  unreachable: 'it is unreachable',
  snated: 'it is SNATed',
  dnated: 'it is DNATed',
  encapsulated: 'it is encapsulated',
};

/** Claims that say of what. */
const PHRASES: Readonly<Record<string, (first: string, second?: string) => string>> = {
  snatedTo: (place) => `it is SNATed to ${place}`,
  dnatedTo: (place) => `it is DNATed to ${place}`,
  passThrough: (node) => `it passes through ${node}`,
  passThroughChain: (chain, node) => `it passes through chain ${chain}${node === undefined ? '' : ` on ${node}`}`,
  stayOn: (node) => `it stays on ${node}`,
  droppedOn: (node, chain) => `it is dropped on ${node}${chain === undefined ? '' : ` in ${chain}`}`,
  spreadOver: (endpoints) => `it is spread over ${endpoints} endpoints`,
  takeHops: (count) => `it takes ${count} hops`,
  havePathMtu: (bytes) => `it has a path MTU of ${bytes}`,
  seenAs: (place) => `the server sees ${place}`,
  hold: (sentence) => sentence,
};

export function hopspecChai(chai: Chai.ChaiStatic, utils: Chai.ChaiUtils): void {
  const { Assertion } = chai;
  const check = (assertion: object, said: string, judge: (trace: Trace) => void): void => {
    const message = messageOf(() => judge(traceOf(utils.flag(assertion, 'object'))));
    (assertion as Chai.AssertionStatic).assert(message === undefined, message ?? '', `the trace must not be so: ${said}`, true);
  };
  Assertion.addProperty('delivered', function (this: object) {
    check(this, 'it is delivered', (trace) => claimReach(trace, worldOfTrace(trace), 'can'));
  });
  for (const [name, sentence] of Object.entries(WORDS)) {
    Assertion.addProperty(name, function (this: object) {
      check(this, sentence, (trace) => claimQualifiers(trace, worldOfTrace(trace), sentence));
    });
  }
  for (const [name, phrase] of Object.entries(PHRASES)) {
    Assertion.addMethod(name, function (this: object, first: string, second?: string) {
      const sentence = phrase(first, second);
      check(this, sentence, (trace) => claimQualifiers(trace, worldOfTrace(trace), sentence));
    });
  }
  Assertion.addMethod('encapsulatedIn', function (this: object, kind: string, between?: { readonly from: string; readonly to: string }) {
    const sentence = `it is encapsulated in ${kind}${between === undefined ? '' : ` between ${between.from} and ${between.to}`}`;
    check(this, sentence, (trace) => claimQualifiers(trace, worldOfTrace(trace), sentence));
  });
  Assertion.addMethod('followPath', function (this: object, rows: readonly (readonly [string, string])[], wish: PathWish = {}) {
    const path: readonly PathRow[] = rows.map(([where, what]) => ({ where, what }));
    const options = { mode: wish.exactly === true ? 'exactly' : 'gaps', direction: wish.reply === true ? 'reply' : 'request' } as const;
    check(this, 'its path is this', (trace) => claimPath(trace, worldOfTrace(trace), path, options));
  });
}

/** Undefined where the claim holds. What is wrong with the claim itself, or cannot be said, is thrown whether it is negated or not. */
function messageOf(judge: () => void): string | undefined {
  try {
    judge();
    return undefined;
  } catch (error) {
    if (error instanceof ClaimMismatch) return error.message;
    throw error;
  }
}

function traceOf(value: unknown): Trace {
  if (typeof value === 'object' && value !== null && 'flow' in value && 'outcomes' in value) return value as Trace;
  throw new TypeError('the assertions of hopspec are about what simulation.trace() returns');
}
