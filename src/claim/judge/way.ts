/**
 * Where packets go: `passes through node2`, `passes through chain C on node2`, `stays on node1`, `the reply returns through node1`,
 * `takes 3 hops`. A node is passed if the packet is in its namespace or in a pod's on it. A chain is passed if a rule of it matched
 * or a matching rule jumped to it. Hops are counted as traceroute does: every namespace that routes the packet on and so takes one off its TTL,
 * and the one it ends in; what carries it inside a tunnel does not count.
 */
import type { Hop } from '../../trace/trace.js';
import { globMatches } from '../glob.js';
import { ownWay } from '../own-way.js';
import { isUnderlay, placeName } from '../place.js';
import type { PassesQualifier, Qualifier } from '../traffic-claim.js';
import { routeReason } from './deciding.js';
import type { Finding, Sight } from './finding.js';
import { observedReply, observedRequest } from './observed.js';

export function judgePasses(qualifier: PassesQualifier, sight: Sight): Finding | undefined {
  const hops = observedRequest(sight);
  const at = hops.find((hop) => passesHere(hop, qualifier));
  if ((at !== undefined) !== qualifier.negated) return undefined;
  const what =
    qualifier.chain === undefined
      ? (qualifier.node ?? '')
      : `chain ${qualifier.chain}${qualifier.node === undefined ? '' : ` on ${qualifier.node}`}`;
  const unmet = qualifier.chain === undefined ? '' : `meets no rule of ${qualifier.chain}, and `;
  const happened = at === undefined ? `it ${unmet}${wayText(hops, sight)}` : `it passes through ${what}`;
  return {
    expected: `the request ${qualifier.negated ? 'does not pass' : 'passes'} through ${what}`,
    happened,
    stopAt: at === undefined ? undefined : (line) => line.hops.includes(at),
    rule: at === undefined || qualifier.chain === undefined ? undefined : chainRule(at, qualifier.chain),
    reason: qualifier.chain === undefined ? routeReason(sight) : undefined,
    nearest: qualifier.negated ? `passes through ${what}` : nearestPass(qualifier, hops, sight),
  };
}

export function judgeStaysOn(qualifier: Extract<Qualifier, { kind: 'stays-on' }>, sight: Sight): Finding | undefined {
  const leaves = (hop: Hop): boolean => hop.node !== qualifier.node;
  const request = observedRequest(sight).find(leaves);
  const reply = request === undefined ? ownWay(sight.outcome.reply).find(leaves) : undefined;
  const away = request ?? reply;
  if (away === undefined) return undefined;
  const leg = request === undefined ? 'reply' : 'request';
  const hops = ownWay(sight.outcome[leg]);
  const other = hops.find((hop) => leaves(hop) && !isUnderlay(hop.netns)) ?? away;
  return {
    expected: `no packet leaves ${qualifier.node}`,
    happened: `the ${leg} goes to ${placeName(other.netns, sight.world.namespace ?? 'default')}`,
    leg,
    stopAt: (line) => line.hops.includes(other),
    reason: leg === 'request' ? routeReason(sight) : undefined,
    nearest: sight.world.nodes().includes(other.node) ? `passes through ${other.node}` : undefined,
  };
}

export function judgeReplyThrough(qualifier: Extract<Qualifier, { kind: 'reply-through' }>, sight: Sight): Finding | undefined {
  const hops = observedReply(sight);
  if (hops.some((hop) => hop.node === qualifier.node)) return undefined;
  const nodes = nodesOf(hops, sight);
  return {
    expected: `the reply returns through ${qualifier.node}`,
    happened: hops.length === 0 ? 'there is no reply' : `the reply ${wayText(hops, sight)}`,
    leg: hops.length === 0 ? 'request' : 'reply',
    nearest: nodes.length === 0 ? undefined : `the reply returns through ${nodes.at(-1)}`,
  };
}

export function judgeHops(qualifier: Extract<Qualifier, { kind: 'hops' }>, sight: Sight): Finding | undefined {
  const ends = hopPlaces(observedRequest(sight));
  const count = ends.length;
  if (count === qualifier.count) return undefined;
  const current = sight.world.namespace ?? 'default';
  const names = ends.map((hop) => placeName(hop.netns, current));
  const way = count === 0 ? '' : `: ${names.join(', ')}`;
  const plural = (n: number): string => `${n} ${n === 1 ? 'hop' : 'hops'}`;
  return {
    expected: `the request takes ${plural(qualifier.count)}`,
    happened: `it takes ${plural(count)}${way}`,
    nearest: `takes ${plural(count)}`,
  };
}

/** Each namespace that counts, by its hop. */
function hopPlaces(hops: readonly Hop[]): readonly Hop[] {
  let depth = 0;
  const places: Hop[] = [];
  for (const hop of hops) {
    if (hop.stage === 'encapsulate') depth++;
    else if (hop.stage === 'decapsulate') depth--;
    else if (depth === 0 && hop.stage === 'route' && hop.verdict.startsWith('forward')) places.push(hop);
    else if (depth === 0 && hop.stage === 'deliver') places.push(hop);
  }
  return places;
}

function passesHere(hop: Hop, qualifier: PassesQualifier): boolean {
  if (qualifier.node !== undefined && hop.node !== qualifier.node) return false;
  const { chain } = qualifier;
  if (chain === undefined) return true;
  if (chain === hop.stage.toUpperCase()) return true;
  return hop.rules.some((rule) => globMatches(chain, rule.chain) || globMatches(chain, jumpOf(rule.text)));
}

function jumpOf(text: string): string {
  return /(?:^|\s)-[jg] (\S+)/.exec(text)?.[1] ?? '';
}

function chainRule(hop: Hop, chain: string): Finding['rule'] {
  const rule = hop.rules.find((one) => globMatches(chain, one.chain) || globMatches(chain, jumpOf(one.text)));
  return rule === undefined ? undefined : { node: hop.node, rule };
}

/** `goes from node1 to node3`, `stays on node1`. */
function wayText(hops: readonly Hop[], sight: Sight): string {
  const nodes = nodesOf(hops, sight);
  if (nodes.length === 0) return 'meets no node';
  return nodes.length === 1 ? `meets no node but ${nodes[0]}` : `goes through ${nodes.slice(0, -1).join(', ')} and ${nodes.at(-1)}`;
}

/** The cluster's nodes on the way, each once. */
function nodesOf(hops: readonly Hop[], sight: Sight): readonly string[] {
  const known = new Set(sight.world.nodes());
  return [...new Set(hops.map((hop) => hop.node).filter((node) => known.has(node)))];
}

/** The chain whose name shares most with the one asked for, or the node that is passed instead. */
function nearestPass(qualifier: PassesQualifier, hops: readonly Hop[], sight: Sight): string | undefined {
  if (qualifier.chain === undefined) {
    const node = nodesOf(hops, sight).at(-1);
    return node === undefined ? undefined : `passes through ${node}`;
  }
  const wanted = { ...qualifier, node: undefined };
  const elsewhere = hops.find((hop) => passesHere(hop, wanted));
  if (elsewhere !== undefined) return `passes through chain ${qualifier.chain} on ${elsewhere.node}`;
  const met = hops.flatMap((hop) => hop.rules.map((one) => ({ node: hop.node, chain: one.chain })));
  const shared = (chain: string): number => sharedLetters(chain, qualifier.chain ?? '');
  const close = met.reduce<(typeof met)[number] | undefined>(
    (best, one) => (best && shared(best.chain) >= shared(one.chain) ? best : one),
    undefined,
  );
  return close === undefined ? undefined : `passes through chain ${close.chain} on ${close.node}`;
}

function sharedLetters(a: string, b: string): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}
