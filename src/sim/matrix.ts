/** Who reaches whom: the verdict for every ordered pair of pods, itself included, by walking the packets without recording them. */
import { parseSelector, matchesRequirements } from '../api/selectors.js';
import type { Pod } from '../api/types/core.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { MatrixQuery } from './contract.js';
import type { Run } from './enumerate.js';
import { podListeners } from './listeners.js';
import { type Destination, type ResolveContext, resolveDestination, resolveSource, type Source } from './resolve.js';

export interface MatrixRow {
  readonly from: string;
  readonly to: string;
  /** `delivered`, `refused`, `unreachable`, `timeout`; `mixed` where the network may choose between several. */
  readonly verdict: string;
}

interface Walker {
  walk(source: Source, destination: Destination, record: boolean): readonly Run<FlowRecord>[];
}

const PORT_OF_LAST_RESORT = 80;

export function traceMatrix(walker: Walker, context: ResolveContext, query: MatrixQuery): readonly MatrixRow[] {
  const senders = chosen(context, query.from);
  const receivers = chosen(context, query.to);
  return senders.flatMap((from) => {
    const source = resolveSource(context, name(from));
    return receivers.map((to) => {
      const port = query.port ?? (query.protocol === undefined ? podListeners(to)[0]?.port : undefined) ?? PORT_OF_LAST_RESORT;
      const destination = resolveDestination(context, { from: name(from), to: name(to), port, protocol: query.protocol });
      return { from: name(from), to: name(to), verdict: verdictOf(walker.walk(source, destination, false)) };
    });
  });
}

function chosen(context: ResolveContext, selector: string | undefined): readonly Pod[] {
  const requirements = selector === undefined ? [] : parseSelector(selector);
  return context.view
    .list('Pod')
    .filter((pod) => pod.status?.podIP !== undefined && matchesRequirements(requirements, pod.metadata.labels));
}

function name(pod: Pod): string {
  return `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
}

function verdictOf(runs: readonly Run<FlowRecord>[]): string {
  const verdicts = new Set(runs.map((run) => run.record.verdict));
  return verdicts.size === 1 ? ([...verdicts][0] as string) : 'mixed';
}
