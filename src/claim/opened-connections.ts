/** The connections that sentences of a scenario opened, to be spoken of later. */
import { inputError } from '../base/errors.js';
import type { TrafficClaim } from './traffic-claim.js';
import type { Subject, Target } from './world.js';

export interface OpenConnection {
  readonly subject: Subject;
  readonly target: Target;
  /** As whoever keeps it calls it. */
  readonly id: string;
}

/** What one sentence opened. */
export interface OpenedTogether {
  readonly claim: TrafficClaim;
  readonly opened: readonly OpenConnection[];
}

export class OpenedConnections {
  readonly #sentences: OpenedTogether[] = [];

  add(together: OpenedTogether): void {
    if (together.opened.length > 0) this.#sentences.push(together);
  }

  /** The last ones that were opened, by anybody or by `who` as a sentence names it. */
  find(who: string | undefined, sentence: string): OpenedTogether {
    const isTheirs = ({ subject }: OpenConnection): boolean => who === undefined || subject.label.toLowerCase() === who.toLowerCase();
    const last = this.#sentences.findLast(({ opened }) => opened.some(isTheirs));
    if (last !== undefined) return { ...last, opened: last.opened.filter(isTheirs) };
    const whose = [...new Set(this.#sentences.flatMap(({ opened }) => opened.map(({ subject }) => subject.label)))];
    throw inputError('no-connection', `"${sentence}" is about a connection that was opened before, and there is none`, {
      fix: whose.length === 0 ? 'say `When pod A connects to Service nginx` first' : `connections were opened by ${whose.join(', ')}`,
    });
  }
}
