/**
 * A node that does not exist is passed through by nobody: without this check a misspelt name would make "does not pass through" true. Where a pod
 * is said to run (`pod A on node1`) is a claim of its own, and the first to be judged.
 */
import { ClaimMismatch, inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { claimedSentence, labelled } from '../explain/mismatch.js';
import type { ObjectPhrase, Span, SubjectPhrase } from '../phrase.js';
import type { Qualifier, TrafficClaim } from '../traffic-claim.js';
import type { ClaimWorld } from '../world.js';

/** InputError at the first qualifier that names a node the cluster does not have. */
export function checkNodes(sentence: string, qualifiers: readonly Qualifier[], world: ClaimWorld): void {
  for (const qualifier of qualifiers) for (const node of nodesNamed(qualifier)) checkNode(node, sentence, qualifier.span, world);
}

/** ClaimMismatch where a pod runs on another node than the sentence says. */
export function checkPlaces(claim: TrafficClaim, world: ClaimWorld): void {
  checkPlace(claim.subject, { start: 0, end: claim.sentence.slice(0, claim.modeSpan.start).trimEnd().length }, claim, world);
  checkPlace(claim.object, claim.objectSpan, claim, world);
}

function checkPlace(phrase: SubjectPhrase | ObjectPhrase, span: Span, { sentence }: TrafficClaim, world: ClaimWorld): void {
  if (phrase.kind !== 'pod' || phrase.node === undefined) return;
  checkNode(phrase.node, sentence, span, world);
  const runsOn = world.subjects({ ...phrase, node: undefined })[0]?.node;
  if (runsOn === phrase.node) return;
  const words = sentence.slice(span.start, span.end);
  const lines = [
    ...claimedSentence(sentence, span),
    ...labelled('expected', `the pod runs on ${phrase.node}`),
    ...labelled('happened', runsOn === undefined ? 'it runs on no node' : `it runs on ${runsOn}`),
    ...labelled('nearest', runsOn === undefined ? undefined : words.replace(/\S+$/, runsOn)),
  ];
  throw new ClaimMismatch([{ code: 'claim-mismatch', message: lines.join('\n') }]);
}

function nodesNamed(qualifier: Qualifier): readonly string[] {
  switch (qualifier.kind) {
    case 'stays-on':
    case 'answered-on':
    case 'reply-through':
      return [qualifier.node];
    case 'passes':
    case 'dropped':
      return qualifier.node === undefined ? [] : [qualifier.node];
    case 'encapsulated':
      return qualifier.between ?? [];
    case 'snat':
    case 'dnat':
    case 'server-sees':
    case 'proxy-header':
    case 'spread-over':
    case 'hops':
    case 'path-mtu':
    case 'mss':
    case 'fate':
      return [];
  }
}

function checkNode(node: string, sentence: string, span: Span, world: ClaimWorld): void {
  const nodes = world.nodes();
  if (nodes.includes(node)) return;
  const close = nearest(node, nodes);
  const at = sentence.lastIndexOf(node, span.end - node.length);
  const known = nodes.length > 8 ? `${nodes.slice(0, 8).join(', ')}, …` : nodes.join(', ');
  throw inputError('unknown-node', `there is no node "${node}"`, {
    position: { file: 'step', line: 1, column: at + 1, text: sentence, width: node.length },
    fix: `${close === undefined ? '' : `did you mean "${close}"? `}the nodes are ${known}`,
  });
}
