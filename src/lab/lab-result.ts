/** What the executor prints: the result of a plan on the real kernel, in the words of `hopspec.dev/plan/v1`. */
import type { RawEvidence, RawGround } from './evidence/raw-evidence.js';

export interface RawFlow {
  readonly verdict: 'delivered' | 'refused' | 'unreachable' | 'timeout' | 'error';
  readonly server: string | null;
  readonly seen_src: string | null;
  readonly seen_dst: string | null;
  readonly local: string | null;
  readonly errno: string | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
  /** Real time, milliseconds. */
  readonly ms: number;
  /** The kernel had no room for an ICMP message of its own meanwhile, for what other plans had it queue. */
  readonly starved?: boolean;
  /** With `--trace`. */
  readonly evidence?: RawEvidence;
}

export interface RawProbe {
  readonly id: string;
  readonly flows: readonly RawFlow[];
  /** By namespace, where the plan asks: a line for each connection. */
  readonly conntrack?: Readonly<Record<string, readonly string[]>>;
  /** With `--trace`: of namespaces whose rules were replaced before it, the new handles. */
  readonly rules?: RawGround['rules'];
}

export interface RawResult {
  /** As `uname -r` says. */
  readonly kernel: string;
  readonly probes: readonly RawProbe[];
  /** With `--trace`: what the evidence of all flows refers to. */
  readonly ground?: RawGround;
  /** With `--save`: by namespace and field of the plan, what the tool that saves it printed. */
  readonly saved?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Why a plan did not run. */
export interface RawTrouble {
  readonly kind: 'unsupported' | 'input' | 'tools';
  readonly code: string;
  readonly message: string;
  /** The plan's own path, e.g. `["netns", "n1", "links", 0]`. */
  readonly where: readonly (string | number)[] | null;
  readonly fix: string | null;
  readonly tools: readonly string[] | null;
}
