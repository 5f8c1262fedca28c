/**
 * How a packet that is not answered ends. `is refused`, `times out`, `is unreachable` are what the client sees; `is dropped …` is what
 * happened to the packet: a rule, a policy or a missing way stopped it. A packet that reached a host without a socket was not dropped on the way.
 */
import { globMatches } from '../glob.js';
import type { DroppedQualifier, Qualifier } from '../traffic-claim.js';
import type { Cause } from '../../trace/trace.js';
import { deliveryText } from './fate-text.js';
import type { Finding, Sight } from './finding.js';
import { notObserved } from './observed.js';

const FATE_WORDS = { refused: 'is refused', timeout: 'times out', unreachable: 'is unreachable', delivered: undefined } as const;

export function judgeFate(qualifier: Extract<Qualifier, { kind: 'fate' }>, sight: Sight): Finding | undefined {
  const { verdict } = sight.outcome;
  if (verdict === qualifier.verdict) return undefined;
  const expected = {
    refused: 'the client sees the connection refused (a TCP reset, an SCTP ABORT or ICMP port unreachable)',
    timeout: 'the client gets no answer at all',
    unreachable: 'the client is told that there is no way (an ICMP error)',
  }[qualifier.verdict];
  return { expected, happened: deliveryText(sight), nearest: FATE_WORDS[verdict] };
}

export function judgeDropped(qualifier: DroppedQualifier, sight: Sight): Finding | undefined {
  const { cause } = sight.outcome;
  const expected = `the packet is dropped${expectation(qualifier)}`;
  if (cause === null || cause.reason === 'NO_SOCKET')
    return { expected, happened: deliveryText(sight), nearest: FATE_WORDS[sight.outcome.verdict] };
  const holds = fitsBy(qualifier, cause, sight) && fitsNode(qualifier, cause) && fitsChain(qualifier, cause);
  if (holds) return undefined;
  // Where it was lost may be seen without why; whether a place fits is known all the same.
  if (cause.reason === 'NOT_SPECIFIED' && (qualifier.by !== undefined || fitsNode(qualifier, cause)))
    throw notObserved('why the packet was lost');
  return { expected, happened: deliveryText(sight), nearest: nearestDrop(qualifier, cause, sight) };
}

function fitsBy(qualifier: DroppedQualifier, cause: Cause, sight: Sight): boolean {
  const { by } = qualifier;
  if (by === undefined) return true;
  const behind = cause.behind;
  if (behind === null || behind.kind !== by.kind || behind.name !== by.name) return false;
  const namespace = by.namespace ?? sight.world.namespace ?? 'default';
  return behind.namespace === null || behind.namespace === namespace;
}

function fitsNode(qualifier: DroppedQualifier, cause: Cause): boolean {
  return qualifier.node === undefined || cause.node === qualifier.node;
}

/** A chain by name, or the hook by its chain's name: a drop in KUBE-FORWARD is also one in FORWARD. */
function fitsChain(qualifier: DroppedQualifier, cause: Cause): boolean {
  const { chain } = qualifier;
  if (chain === undefined) return true;
  return (cause.chain !== null && globMatches(chain, cause.chain)) || cause.hook?.toUpperCase() === chain;
}

function expectation(qualifier: DroppedQualifier): string {
  const { by, node, chain } = qualifier;
  const object = by === undefined ? '' : ` by ${by.kind} ${by.namespace === undefined ? '' : `${by.namespace}/`}${by.name}`;
  return `${object}${node === undefined ? '' : ` on ${node}`}${chain === undefined ? '' : ` in ${chain}`}`;
}

function nearestDrop(qualifier: DroppedQualifier, cause: Cause, sight: Sight): string {
  const behind = cause.behind;
  if (qualifier.by !== undefined && behind !== null) {
    const namespace = behind.namespace === null || behind.namespace === (sight.world.namespace ?? 'default') ? '' : `${behind.namespace}/`;
    return `is dropped by ${behind.kind} ${namespace}${behind.name}`;
  }
  const inside = cause.chain === null ? '' : ` in ${cause.chain}`;
  return sight.world.nodes().includes(cause.node) ? `is dropped on ${cause.node}${inside}` : 'is dropped';
}
