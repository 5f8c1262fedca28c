/** How often a connection has to be made on a kernel that draws by chance, so that what is not seen may be called absent. */
import { unsupported } from '../../base/errors.js';
import { formatIp } from '../../base/ip.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Run } from '../../trace/to-trace.js';

/** The chance that an outcome which the network has is not seen. */
const MISS = 1e-6;
const TRIES_MAX = 100;
/** Where the simulator cannot say how many outcomes there are. */
const TRIES_UNKNOWN = 40;
/** Of a share's measurement, in standard deviations. */
const SIGMAS = 5;
const CONNECTIONS_MAX = 50_000;

type Foreseen = readonly Run[] | undefined;

export function triesFor(foreseen: Foreseen): number {
  if (foreseen === undefined) return TRIES_UNKNOWN;
  const rarest = rarestServer(foreseen);
  return rarest >= 1 ? 1 : Math.min(TRIES_MAX, Math.ceil(Math.log(MISS) / Math.log(1 - rarest)));
}

/** Whether so many tries leave no reasonable doubt. An affinity makes every try but the first follow it. */
export function mustHaveSeenAll(foreseen: readonly Run[], tries: number): boolean {
  const clings = foreseen.some(({ record }) =>
    record.events.some((event) => event.kind === 'hook' && event.rules.some((rule) => /-m recent\b/.test(rule.text))),
  );
  return !clings && (1 - rarestServer(foreseen)) ** tries <= MISS * 1.01;
}

export function connectionsFor(foreseen: Foreseen, tolerance: number): number {
  const rarest = foreseen === undefined ? 0 : rarestServer(foreseen);
  if (rarest >= 1) return 1;
  const count = Math.ceil(((1 - rarest) / rarest) * (SIGMAS / (tolerance / 100)) ** 2);
  if (count <= CONNECTIONS_MAX) return count;
  throw unsupported('not-observed', `shares within ${tolerance}% of even would take ${count} connections on the real kernel`, {
    fix: 'allow more tolerance, or judge this on the simulator',
  });
}

/** By who answers whom and how: runs differ in more than that. */
function rarestServer(foreseen: readonly Run[]): number {
  const shares = new Map<string, number>();
  for (const { probability, record } of foreseen) {
    const key = outcomeKey(record);
    shares.set(key, (shares.get(key) ?? 0) + probability);
  }
  return Math.min(...shares.values(), 1);
}

/** The client's address as a server sees it tells by which node a flow came in; nobody tells of an echo's. */
export function outcomeKey({ verdict, server, seenSrc }: FlowRecord): string {
  if (server === undefined) return verdict;
  return [verdict, server, ...(seenSrc === undefined ? [] : [`from ${formatIp(seenSrc.ip)}`])].join(' ');
}
