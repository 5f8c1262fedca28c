/** One end of a TCP connection of a story: what it has sent and heard, and whether it is over. What it does stands in talk.ts. */
import type { Errno } from '../../trace/flow-record.js';
import type { Runtime } from '../runtime.js';
import type { ClientSocket, ServerSocket } from './flow-state.js';
import type { Segment } from './send-segment.js';

export interface Talk {
  /** What is sent next, and what is expected. */
  next: number;
  expects: number;
  /** The end of what has been sent once. */
  sentTo: number;
  /** Not acknowledged yet. */
  unacked: Segment[];
  /** When it is sent again. */
  dueUs: number;
  tries: number;
  finSent: boolean;
  finSeen: boolean;
  /** Where a FIN stands that came before what it follows. */
  finAt: number;
  /** The other end has said that it holds the FIN, and waits for what comes before it. */
  finHeld: boolean;
  /** Until when an end that no process has waits for the other to close. */
  waitsUntilUs: number;
  /** Data is answered with data at once, as servers do: the answer acknowledges (pingpong). A client asks again after more than the 40 ms for which that holds. */
  answers: boolean;
  /** A probe waits for the client: what comes between probes is told to the next. */
  waits: boolean;
  /** The server keeps the connection after its answer. */
  hold: boolean;
  /** No process has it any more. */
  orphan: boolean;
  /** The client knows that the connection is broken. */
  told: boolean;
  /** What broke it. */
  fault: Errno;
}

export type Talker = (ClientSocket | ServerSocket) & { talk: Talk };

/** `isn` is its first sequence number. */
export function newTalk(hold: boolean, isn = 0): Talk {
  return {
    next: isn,
    expects: 0,
    sentTo: isn,
    finAt: -1,
    finHeld: false,
    waitsUntilUs: 0,
    unacked: [],
    dueUs: Number.POSITIVE_INFINITY,
    tries: 0,
    ...{ answers: false, waits: true },
    ...{ finSent: false, finSeen: false, hold, orphan: false, told: false, fault: 'ECONNRESET' },
  };
}

/** Sequence numbers that it takes. */
export function taken({ flags, length }: Pick<Segment, 'flags' | 'length'>): number {
  return length + (flags === 'S' || flags === 'S.' || flags === 'F.' || flags === 'FP.' ? 1 : 0);
}

export function isClient(socket: Talker): socket is ClientSocket & { talk: Talk } {
  return 'payload' in socket;
}

/** Nothing is said by this end any more. */
export function silence({ talk }: Talker): void {
  talk.unacked = [];
  talk.dueUs = Number.POSITIVE_INFINITY;
}

/** The other end has not closed in time. */
function hasWaited(nowUs: number, { waitsUntilUs, finSeen }: Talk): boolean {
  return waitsUntilUs > 0 && !finSeen && nowUs >= waitsUntilUs;
}

/** Whether a client's socket is there to hear anything. */
export function hears({ nowUs }: Runtime, { broken, talk }: ClientSocket): boolean {
  return !broken && (talk === undefined || !hasWaited(nowUs, talk));
}

/** Whether this end is gone by now. */
export function isGone({ nowUs }: Runtime, socket: Talker): boolean {
  const { talk, state } = socket;
  if (isClient(socket) ? socket.broken || state === 'opening' : state === 'closed') return true;
  if (!talk.finSent || talk.unacked.length > 0) return false;
  return talk.finSeen || hasWaited(nowUs, talk);
}
