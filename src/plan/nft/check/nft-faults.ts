/** Faults in a ruleset of nftables, at the rule or element that they are in. */
import { HopspecError, type Problem, type SourcePosition, UnsupportedError } from '../../../base/errors.js';
import { placeFault } from '../place-fault.js';

export const PROBLEMS_MAX = 20;

/** Where something was read, and what it is called. */
export interface NftPlace {
  readonly what: string;
  readonly position: SourcePosition | undefined;
}

/** What `read` gives, or undefined where it finds a fault. What is not modelled is none: another kernel may have it. */
export function attempt<T>(problems: Problem[], place: () => NftPlace, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    const { what, position } = place();
    const placed = placeFault(error, what, position);
    if (!(placed instanceof HopspecError)) throw placed;
    problems.push(...placed.problems);
    return undefined;
  }
}

/** A fault of `word` there, or of all of it. */
export function noteFault(problems: Problem[], { what, position }: NftPlace, fault: Problem & { readonly word?: string }): void {
  const { code, message, fix, word } = fault;
  problems.push({ code, message: `${what}: ${message}`, fix, position: position && within(position, word) });
}

function within(position: SourcePosition, word: string | undefined): SourcePosition {
  const at = word === undefined ? -1 : (position.text ?? '').indexOf(word, position.column - 1);
  return at < 0 ? position : { ...position, column: at + 1, width: word?.length };
}
