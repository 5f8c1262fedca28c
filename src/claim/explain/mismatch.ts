/**
 * What a claim says when it fails, on at most one screen and in this order: the sentence with the failing part marked; expected and
 * happened; the outcome that shows it; the path up to the first difference; the deciding rule, and what it exists for; the nearest
 * thing that would have held; one command that shows it again.
 */
import { ClaimMismatch } from '../../base/errors.js';
import { cut, MESSAGE_WIDTH, wrapWords } from '../../base/wrap-words.js';
import { ruleLine } from '../../trace/hop.js';
import type { Behind, Cause, Hop, Outcome, RuleText } from '../../trace/trace.js';
import { type Finding, type Sight } from '../judge/finding.js';
import { reasonText, strayAnswer } from '../judge/fate-text.js';
import { serverPlace } from '../judge/endpoints.js';
import { hopLines } from '../path-lines.js';
import type { Span } from '../phrase.js';
import type { RulePlace } from '../../trace/rule-place.js';
import { endpointName, placeName } from '../place.js';
import { pathBlock } from './path-block.js';
import { markSpan, probabilityText } from './text.js';

export interface Failure {
  /** Lines that show what was claimed, the failing part marked. */
  readonly claimed: readonly string[];
  readonly sight: Sight;
  readonly finding: Finding;
  /** How many of the connection's outcomes fail in the same way, and their probability together. */
  readonly failing: { readonly count: number; readonly probability: number };
  /** A whole line, or null for none; `finding.nearest` unless given. */
  readonly nearest?: string | null | undefined;
}

const LABEL_WIDTH = 12;
const INDENT = ' '.repeat(LABEL_WIDTH + 2);
const RULE_LINES_MAX = 3;

export function claimMismatch(failure: Failure): ClaimMismatch {
  const { finding, sight } = failure;
  const lines = [
    ...failure.claimed,
    ...labelled('expected', finding.expected),
    ...labelled('happened', finding.happened),
    ...outcomeLines(failure),
    ...pathLines(failure),
    ...ruleLines(failure),
    ...labelled('nearest', failure.nearest === null ? undefined : (failure.nearest ?? finding.nearest)),
    `${label('replay')}${sight.world.replay(sight.subject, sight.target)}`,
  ];
  const { from, to, protocol } = sight.trace.flow;
  const shown = { from, to, protocol, outcome: Math.max(0, sight.trace.outcomes.indexOf(sight.outcome)) };
  return new ClaimMismatch([{ code: 'claim-mismatch', message: lines.join('\n'), shown }]);
}

/** The sentence with carets under the failing words. */
export function claimedSentence(sentence: string, span: Span): readonly string[] {
  return markSpan(sentence, span);
}

/** `pod A to Service web, answered by pod web-1 on node3`, and how often that is. */
function outcomeLines(failure: Failure): readonly string[] {
  const { sight, failing } = failure;
  const { outcome, trace } = sight;
  const current = sight.world.namespace ?? 'default';
  const total = trace.outcomes.length;
  const place = outcome.server === null ? undefined : serverPlace(sight);
  const verb = outcome.verdict === 'delivered' ? 'answered' : 'received';
  const server =
    outcome.server === null ? '' : `, ${verb} by ${endpointName(outcome.server, current)}${place === undefined ? '' : ` on ${place}`}`;
  const which = `${sight.subject.label} to ${sight.target.label}${server}`;
  if (total === 1 && which.length + INDENT.length <= MESSAGE_WIDTH - 18) return labelled('outcome', `${which}, its only outcome`);
  if (total === 1) return [...labelled('outcome', which), `${INDENT}its only outcome`];
  const all = total === 2 ? 'both outcomes fail like this' : `all ${total} outcomes fail like this`;
  const some = `${failing.count} of ${total} outcomes ${failing.count === 1 ? 'fails' : 'fail'} like this, probability ${probabilityText(failing.probability)}`;
  return [...labelled('outcome', which), `${INDENT}${failing.count === total ? all : some}`];
}

function pathLines(failure: Failure): readonly string[] {
  const { finding, sight } = failure;
  const { outcome } = sight;
  const leg = finding.leg ?? (isReplyLost(outcome) ? 'reply' : 'request');
  const lines = hopLines(leg === 'reply' ? outcome.reply : outcome.request, sight.world.namespace ?? 'default');
  if (lines.length === 0) return [];
  const [first = '', ...rest] = pathBlock(lines, INDENT, finding.stopAt);
  return [`${label(leg === 'reply' ? 'reply path' : 'path')}${first.slice(INDENT.length)}`, ...rest];
}

/** Where the request was not stopped and its reply was, the reply's way is the one that shows why. */
function isReplyLost(outcome: Outcome): boolean {
  const { cause } = outcome;
  if (cause === null) return false;
  const stops = (hop: Hop): boolean => hop.netns === cause.netns && [cause.reason, 'drop', 'reject'].includes(hop.verdict);
  return !outcome.request.some(stops) && outcome.reply.some(stops);
}

function ruleLines(failure: Failure): readonly string[] {
  const { finding, sight } = failure;
  const { cause } = sight.outcome;
  if (finding.rule !== undefined) {
    const { node, rule } = finding.rule;
    const why = sight.world.why?.({ node, earlier: rulesBefore(sight, node, rule), destination: destinationOf(sight) }, rule);
    const asked = why?.asked === undefined ? [] : ruleTextLines('asked by', node, why.asked);
    return [...ruleTextLines('rule', node, rule), ...asked, ...behindLines(why)];
  }
  if (finding.reason !== undefined) return labelled('reason', finding.reason);
  if (cause === null) return lastSeen(sight);
  if (strayAnswer(sight) !== undefined) {
    const client = placeName(cause.netns, sight.world.namespace ?? 'default');
    return labelled('reason', `nobody translated the answer back, so ${client} has no socket for it`);
  }
  return [...causeLines(cause, sight.world.namespace ?? 'default'), ...behindLines(cause.behind ?? undefined)];
}

/** Where nobody recorded what became of a packet, the last thing that did happen to it is said. */
function lastSeen({ outcome, world }: Sight): readonly string[] {
  const lines = hopLines(outcome.request, world.namespace ?? 'default');
  const last = lines.at(-1);
  if (outcome.verdict === 'delivered' || last === undefined) return [];
  const route = lines.findLast((line) => line.netns === last.netns && line.stage === 'route');
  return labelled('reason', `${last.where} saw it last: ${(route ?? last).texts[0]}`);
}

function causeLines(cause: Cause, current: string): readonly string[] {
  const place = placeName(cause.netns, current);
  if (cause.chain === null) {
    return labelled('reason', `${place}: ${cause.text === '' ? reasonText(cause.reason) : cause.text}`);
  }
  const position = cause.rule === null || cause.rule === 0 ? 'policy' : `rule ${cause.rule}`;
  return ruleBlock('rule', `${place}: ${cause.table ?? ''} ${cause.chain} ${position}`, cause.text);
}

function ruleTextLines(name: string, node: string, rule: RuleText): readonly string[] {
  const position = rule.index === 0 ? 'policy' : `rule ${rule.index}`;
  return ruleBlock(name, `${node}: ${rule.table} ${rule.chain} ${position}`, ruleLine(rule));
}

/** Where the client sent its packet. */
function destinationOf({ outcome, trace }: Sight): RulePlace['destination'] {
  const { dst } = outcome.clientSees;
  const [, ip, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(dst) ?? [];
  return ip === undefined
    ? undefined
    : { ip, port: port === undefined ? undefined : Number(port), protocol: trace.flow.protocol.toLowerCase() };
}

/** What the request met in the node's own namespace up to this rule. */
function rulesBefore({ outcome }: Sight, node: string, rule: RuleText): readonly RuleText[] {
  const met = outcome.request.filter((hop) => hop.node === node && !hop.netns.startsWith('pod.')).flatMap((hop) => hop.rules);
  return met.slice(0, Math.max(0, met.indexOf(rule)));
}

/** Where the rule stands, then its text on lines of its own. */
function ruleBlock(name: string, where: string, text: string): readonly string[] {
  const head = labelled(name, where);
  if (text === '') return head;
  const indent = `${INDENT}  `;
  const lines = wrapWords(text, indent).map((line, i) => (i === 0 ? `${indent}${line}` : line));
  const kept =
    lines.length > RULE_LINES_MAX ? [...lines.slice(0, RULE_LINES_MAX - 1), cut(`${lines[RULE_LINES_MAX - 1]} …`, MESSAGE_WIDTH)] : lines;
  return [...head, ...kept];
}

function behindLines(behind: Behind | undefined): readonly string[] {
  if (behind === undefined) return [];
  const name = behind.namespace === null ? behind.name : `${behind.namespace}/${behind.name}`;
  const detail = behind.detail === '' ? '' : `: ${behind.detail}`;
  return labelled('because', `${behind.kind} ${name}${detail}`);
}

/** `  expected:   text`, further lines indented; nothing where there is no text. */
export function labelled(name: string, text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const [first = '', ...rest] = wrapWords(text.trimEnd(), INDENT);
  return [`${label(name)}${first}`, ...rest];
}

function label(name: string): string {
  return `  ${`${name}:`.padEnd(LABEL_WIDTH)}`;
}
