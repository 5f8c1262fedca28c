/** The simulation as its users see it: command line, eval, steps and claims are all written against this. */
import type { KubeObject } from '../api/types/meta.js';
import type { ObjectRef } from '../api/controller.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import type { Trace } from '../trace/trace.js';

export interface TraceQuery {
  /** Endpoint text of interfaces.md, e.g. `pod/a`, `node/node1`, `external/laptop`. */
  readonly from: string;
  /** Endpoint text, with or without `:PORT`. */
  readonly to: string;
  readonly port?: number | undefined;
  /** `TCP` unless given; `ICMP` for ping. */
  readonly protocol?: string | undefined;
  /** The node an outside client sends to, or whose view is asked. */
  readonly at?: string | undefined;
}

export interface MatrixQuery {
  readonly port?: number | undefined;
  readonly protocol?: string | undefined;
  /** Label selectors in text, e.g. `app=web`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export type RenderFormat = 'iptables-save' | 'ip6tables-save' | 'nft' | 'ipset' | 'ipvsadm' | 'ip' | 'plan';

export interface SimulationApi {
  readonly nodes: readonly string[];
  /** Applies the documents of one text; returns `Kind/ns/name` of each. All errors of all documents are reported together. */
  applyText(text: string, file: string, defaultNamespace?: string): readonly string[];
  applyObjects(objects: readonly unknown[], file: string, defaultNamespace?: string): readonly string[];
  delete(refs: readonly ObjectRef[]): void;
  label(ref: ObjectRef, labels: Readonly<Record<string, string | null>>): void;
  /** Runs until nothing more is due without waiting; returns virtual time in µs. */
  settle(): number;
  advance(us: number): number;
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(kind: string, namespace?: string): readonly KubeObject[];
  trace(query: TraceQuery): Trace;
  matrix(query: MatrixQuery): readonly { readonly from: string; readonly to: string; readonly verdict: string }[];
  render(node: string, format: RenderFormat): string;
  plan(probes?: readonly ProbePlan[]): Plan;
}
