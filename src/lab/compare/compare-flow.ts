/**
 * Whether two kernels answered a probe alike: verdict, server, the addresses that client and server saw, errno, the ICMP error. Ports that
 * were picked freely compare as "kept" or "changed"; a server that answered into the void is known to the simulated kernel alone.
 */
import type { FlowJson } from '../../trace/flow-json.js';
import type { PathStep } from '../../trace/path.js';

export interface Difference {
  /** What differs, e.g. `verdict`, `seen_src`, `step 4 of 10.0.0.1:80 > …`. */
  readonly what: string;
  readonly simulated: string;
  readonly real: string;
  /** Of the packet that went another way: its steps up to where they part. */
  readonly steps?: { readonly simulated: readonly PathStep[]; readonly real: readonly PathStep[] } | undefined;
}

export interface Answer extends Omit<FlowJson, 'ms' | 'path'> {
  /** Of a story, where a probe asks for them: a namespace's connections after it. */
  readonly connections?: readonly string[] | undefined;
}

export function compareAnswer(simulated: Answer, real: Answer): Difference | undefined {
  const mine = comparable(simulated);
  const theirs = comparable(real);
  for (const [what, value] of Object.entries(mine)) {
    const other = theirs[what] ?? 'none';
    if (value !== other) return { what, simulated: value, real: other };
  }
  return undefined;
}

/** In the order in which differences are worth telling: what follows from another comes after it. */
export function comparable(flow: Answer): Readonly<Record<string, string>> {
  const delivered = flow.verdict === 'delivered' && flow.server !== null;
  const { icmp } = flow;
  return {
    verdict: flow.verdict,
    errno: flow.errno ?? 'none',
    icmp: icmp === null ? 'none' : `${icmp.type}/${icmp.code} from ${icmp.from}`,
    server: delivered ? String(flow.server) : 'none',
    seen_dst: delivered ? String(flow.seen_dst) : 'none',
    seen_src: delivered ? `${hostOf(flow.seen_src)}, port ${portOf(flow.seen_src) === portOf(flow.local) ? 'kept' : 'changed'}` : 'none',
    connections: flow.connections?.join('; ') ?? 'not listed',
    local: flow.local === null || flow.verdict === 'unreachable' || flow.verdict === 'error' ? 'not compared' : hostOf(flow.local),
  };
}

/** Of `ip:port`, `[ip]:port` or `ip`. */
function hostOf(text: string | null): string {
  if (text === null) return 'none';
  return /^\[(.*)\]:\d+$/.exec(text)?.[1] ?? (text.split(':').length === 2 ? text.slice(0, text.indexOf(':')) : text);
}

function portOf(text: string | null): string | undefined {
  return /^(?:\[.*\]|[^:]*):(\d+)$/.exec(text ?? '')?.[1];
}
