/** Who answers: `is answered only by pods on node1`, and over how many endpoints the answers are spread. */
import { unsupported } from '../../base/errors.js';
import type { Outcome, Trace } from '../../trace/trace.js';
import { endpointName } from '../place.js';
import type { Qualifier } from '../traffic-claim.js';
import { whatLed } from './deciding.js';
import { deliveryText } from './fate-text.js';
import type { Finding, Sight } from './finding.js';
import { observedRequest } from './observed.js';

export function judgeAnsweredOn(qualifier: Extract<Qualifier, { kind: 'answered-on' }>, sight: Sight): Finding | undefined {
  const expected = `only pods on ${qualifier.node} answer`;
  const { server, verdict } = sight.outcome;
  if (verdict !== 'delivered') return { expected, happened: deliveryText(sight) };
  const node = serverNode(sight);
  const isPod = server?.startsWith('pod/') ?? false;
  if (isPod && node === qualifier.node) return undefined;
  const who = server === null ? 'somebody' : endpointName(server, sight.world.namespace ?? 'default');
  const place = !isPod || node === undefined ? '' : ` on ${node}`;
  return {
    expected,
    happened: `${who}${place} answers`,
    ...whatLed(sight),
    nearest: isPod && node !== undefined ? `is answered only by pods on ${node}` : undefined,
  };
}

/** The node where the request ended; undefined outside the cluster. */
export function serverNode(sight: Sight): string | undefined {
  const last = observedRequest(sight).findLast((hop) => hop.stage === 'deliver');
  return last?.node;
}

/** The cluster's node that the server runs on, for messages; undefined where that was not seen, or the server is the node itself. */
export function serverPlace(sight: Sight): string | undefined {
  const node = sight.outcome.request.findLast((hop) => hop.stage === 'deliver')?.node;
  return node !== undefined && sight.outcome.server?.startsWith('pod/') && sight.world.nodes().includes(node) ? node : undefined;
}

/** Counts all outcomes of one connection at once. */
export function judgeSpreadOver(qualifier: Extract<Qualifier, { kind: 'spread-over' }>, sight: Sight): Finding | undefined {
  const servers = serversOf(sight.trace);
  if (servers.length === qualifier.count) return undefined;
  const current = sight.world.namespace ?? 'default';
  const names = servers.slice(0, 5).map((server) => endpointName(server, current));
  const list = names.length === 0 ? '' : `: ${names.join(', ')}${servers.length > names.length ? ', …' : ''}`;
  const plural = (n: number): string => `${n} ${n === 1 ? 'endpoint' : 'endpoints'}`;
  return {
    expected: `${plural(qualifier.count)} ${qualifier.count === 1 ? 'answers' : 'answer'}`,
    happened: `${plural(servers.length)} ${servers.length === 1 ? 'answers' : 'answer'}${list}`,
    nearest: servers.length === 0 ? undefined : `is spread over ${plural(servers.length)}`,
  };
}

/** Every endpoint that may answer, in the order of the outcomes. */
export function serversOf(trace: Trace): readonly string[] {
  return [...new Set(trace.outcomes.filter(answered).map((outcome) => outcome.server ?? ''))];
}

function answered(outcome: Outcome): boolean {
  if (outcome.verdict !== 'delivered') return false;
  if (outcome.server === null) throw unsupported('not-observed', 'who answered was not observed, so endpoints cannot be counted');
  return true;
}
