/**
 * What happened to a network since the first connection was opened that stays open: connections, time, and every plan that held. It is run anew for each question,
 * once for each way the network may choose: a question changes nothing for the next one.
 */
import type { ClusterPlan } from '../cluster-plan.js';
import type { Connection } from '../simulation.js';

export interface OpenedConnection extends Connection {
  readonly id: string;
  /** Of the client: another one there does not have its connections. */
  readonly process: string;
}

export type Happening =
  | { readonly kind: 'passes'; readonly us: number }
  | { readonly kind: 'becomes'; readonly plan: ClusterPlan }
  | { readonly kind: 'opens'; readonly connection: OpenedConnection }
  | { readonly kind: 'uses'; readonly id: string };

export class History {
  readonly first: ClusterPlan;
  readonly happenings: Happening[] = [];
  #plan: ClusterPlan;
  #nowUs: number;

  constructor(plan: ClusterPlan, nowUs: number) {
    this.first = plan;
    this.#plan = plan;
    this.#nowUs = nowUs;
  }

  /** How things are now; nothing is noted where they are as they were. */
  note(plan: ClusterPlan, nowUs: number): void {
    if (nowUs > this.#nowUs) this.happenings.push({ kind: 'passes', us: nowUs - this.#nowUs });
    if (plan !== this.#plan) this.happenings.push({ kind: 'becomes', plan });
    this.#nowUs = nowUs;
    this.#plan = plan;
  }

  open(connection: OpenedConnection): void {
    this.happenings.push({ kind: 'opens', connection });
  }

  use(id: string): void {
    this.happenings.push({ kind: 'uses', id });
  }

  find(id: string): OpenedConnection | undefined {
    for (const happening of this.happenings) if (happening.kind === 'opens' && happening.connection.id === id) return happening.connection;
    return undefined;
  }
}
