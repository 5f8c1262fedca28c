/**
 * A trace as a tree for a terminal: outcomes, then request and reply, then the namespaces on the way as headings with what
 * happened in each. `»` marks what changed the packet, `✗` what stopped it. Hooks without a matching rule are left out. Rules
 * and reasons are wrapped at the width, packets cut.
 */
import { probabilityText } from './probability-text.js';
import type { AddressPair, Cause, Hop, Outcome, RuleText, Trace } from './trace.js';

export interface TreeOptions {
  /** 80 unless given. */
  readonly width?: number | undefined;
}

const WIDTH = 80;
const INDENT = '  ';
/** Room for a stage or device name before the text. */
const NAME_WIDTH = 12;

export function printTree(trace: Trace, options: TreeOptions = {}): string {
  const width = options.width ?? WIDTH;
  const { from, to, protocol, address, port } = trace.flow;
  const called = port === null ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const lines = [`${from} → ${to}: ${protocol} ${called}`];
  for (const [i, outcome] of trace.outcomes.entries()) lines.push('', ...outcomeLines(outcome, rankText(trace, i), width));
  return `${lines.map((line) => cut(line, width)).join('\n')}\n`;
}

function rankText(trace: Trace, index: number): string {
  const { outcomes } = trace;
  const probability = outcomes[index]?.probability ?? 0;
  return outcomes.length === 1
    ? 'the only outcome'
    : `outcome ${index + 1} of ${outcomes.length}, probability ${probabilityText(probability)}`;
}

function outcomeLines(outcome: Outcome, rank: string, width: number): string[] {
  return [
    `${rank}: ${fateText(outcome)}`,
    ...factLines(outcome, width - INDENT.length).map((line) => INDENT + line),
    ...legLines('request', outcome.request, width),
    ...legLines('reply', outcome.reply, width),
  ];
}

function fateText(outcome: Outcome): string {
  const { verdict, server } = outcome;
  if (verdict === 'delivered') return server === null ? 'delivered' : `delivered to ${server}`;
  return verdict;
}

function factLines(outcome: Outcome, width: number): string[] {
  const { clientSees, serverSees, icmp, pathMtu, cause, encapsulations } = outcome;
  const facts: [string, string][] = [['client sees', pairText(clientSees)]];
  if (serverSees !== null) facts.push(['server sees', `${pairText(serverSees)}${natText(outcome)}`]);
  for (const { kind, from, to } of encapsulations) facts.push(['tunnel', `${kind} from ${from} to ${to ?? 'nobody'}`]);
  if (pathMtu !== null) facts.push(['path MTU', String(pathMtu)]);
  if (icmp !== null) facts.push(['ICMP error', `type ${icmp.type} code ${icmp.code} from ${icmp.from}`]);
  const lines = facts.map(([name, text]) => `${name.padEnd(NAME_WIDTH)} ${text}`);
  return cause === null ? lines : [...lines, ...causeLines(cause, width)];
}

function pairText(pair: AddressPair): string {
  return `${pair.src} → ${pair.dst}`;
}

function natText({ snat, dnat }: Outcome): string {
  if (!snat && !dnat) return '';
  return `  (${[...(snat ? ['SNAT'] : []), ...(dnat ? ['DNAT'] : [])].join(' and ')})`;
}

function causeLines(cause: Cause, width: number): string[] {
  const rule = cause.chain === null ? '' : `, ${cause.table} ${cause.chain}${cause.rule === null ? ' policy' : ` rule ${cause.rule}`}`;
  const { behind } = cause;
  const facts: [string, string][] = [
    ['cause', `${cause.reason} in ${placeText(cause.netns, cause.node)}${rule}`],
    ['', cause.text],
  ];
  if (behind !== null) {
    const name = behind.namespace === null ? behind.name : `${behind.namespace}/${behind.name}`;
    facts.push(['because of', `${behind.kind} ${name}: ${behind.detail}`]);
  }
  return facts.flatMap(([name, text]) => wrap(`${name.padEnd(NAME_WIDTH)} ${text}`, ' '.repeat(NAME_WIDTH + 3), width));
}

function legLines(name: string, hops: readonly Hop[], width: number): string[] {
  if (hops.length === 0) return [];
  const lines = ['', name];
  let packet = '';
  for (const group of byNamespace(hops)) {
    const [first] = group;
    if (first === undefined) continue;
    lines.push(INDENT + placeText(first.netns, first.node));
    const items = group.flatMap((hop) => {
      const shown = isQuiet(hop) ? [] : [hopItem(hop)];
      if (hop.packet === packet) return shown;
      packet = hop.packet;
      // What comes out of a tunnel is seen after it came out.
      return hop.stage === 'decapsulate' ? [...shown, packetItem(hop)] : [packetItem(hop), ...shown];
    });
    lines.push(...items.flatMap((item, i) => itemLines(item, i === items.length - 1, width)));
  }
  return lines;
}

/** Hops in a row of one namespace. */
function byNamespace(hops: readonly Hop[]): Hop[][] {
  const groups: Hop[][] = [];
  for (const hop of hops) {
    const last = groups.at(-1);
    if (last?.[0]?.netns === hop.netns) last.push(hop);
    else groups.push([hop]);
  }
  return groups;
}

function placeText(netns: string, node: string): string {
  return netns === node ? node : `${netns} on ${node}`;
}

function isQuiet(hop: Hop): boolean {
  return isHook(hop) && hop.change === null && hop.verdict === 'accept' && tellingRules(hop.rules).length === 0;
}

function isHook(hop: Hop): boolean {
  return ['prerouting', 'input', 'forward', 'output', 'postrouting'].includes(hop.stage);
}

interface Item {
  readonly head: string;
  readonly below: readonly string[];
  /** A packet hangs on the line, it is no branch of it. */
  readonly branch: boolean;
}

function packetItem(hop: Hop): Item {
  const [head = '', ...below] = hop.packet.split('\n');
  return { head, below, branch: false };
}

function hopItem(hop: Hop): Item {
  const name = (isHook(hop) || hop.device === null ? hop.stage : hop.device).padEnd(NAME_WIDTH);
  return { head: `${name} ${markOf(hop)}${textOf(hop)}`, below: isHook(hop) ? tellingRules(hop.rules).map(ruleText) : [], branch: true };
}

function markOf(hop: Hop): string {
  if (hop.stage === 'drop' || hop.stage === 'answer' || hop.verdict === 'drop' || hop.verdict === 'reject') return '✗ ';
  return hop.change === null ? '' : '» ';
}

function textOf(hop: Hop): string {
  switch (hop.stage) {
    case 'rx':
    case 'tx':
    case 'arp':
      return hop.stage;
    case 'route':
      return routeText(hop.verdict);
    case 'deliver':
      return hop.verdict;
    case 'bridge':
      return `bridge ${hop.verdict}`;
    case 'drop':
      // A rule stands with the hook already.
      return hop.change === null || hop.rules.length > 0 ? hop.verdict : `${hop.verdict}: ${hop.change}`;
    case 'answer':
      return `answers ${hop.change ?? ''}`;
    case 'prerouting':
    case 'input':
    case 'forward':
    case 'output':
    case 'postrouting':
    case 'encapsulate':
    case 'decapsulate':
      return [hop.change, hop.change === null || hop.verdict !== 'accept' ? hop.verdict : null].filter((part) => part !== null).join(', ');
  }
}

/** What the kernel adds to a route of its own is left out. */
function routeText(verdict: string): string {
  return verdict.startsWith('local by ') ? 'local' : verdict.replace(/ (?:table local )?proto kernel.*$/, '');
}

/** Targets that do something; any other is a chain, or the RETURN from one. */
const TARGETS = /^(?:ACCEPT|DROP|REJECT|MARK|CONNMARK|DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP|CT|NOTRACK|LOG|NFLOG|TCPMSS)$/;

/** Less the jumps into chains where nothing matched. */
function tellingRules(rules: readonly RuleText[]): readonly RuleText[] {
  const kept: RuleText[] = [];
  for (const rule of [...rules].reverse()) {
    const target = /(?:^|\s)-[jg] (\S+)/.exec(rule.text)?.[1];
    const next = kept[0];
    const leads = next !== undefined && next.table === rule.table && next.chain === target;
    if (target === undefined || TARGETS.test(target) || leads) kept.unshift(rule);
  }
  return kept;
}

function ruleText(rule: RuleText): string {
  return rule.index === 0
    ? `${rule.table} ${rule.chain} policy`
    : `${rule.table} ${rule.chain} ${rule.index}: ${withoutComment(rule.text)}`;
}

/** Comments are long, and the chain's name tells what they do. */
function withoutComment(text: string): string {
  return text.replace(/-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) ?/, '').trim();
}

function itemLines(item: Item, last: boolean, width: number): string[] {
  if (!item.branch) return [`${INDENT}│ ${item.head}`, ...item.below.map((line) => `${INDENT}│   ${line}`)];
  const stem = `${INDENT}${last ? ' ' : '│'}`;
  const head = wrap(`${INDENT}${last ? '└' : '├'} ${item.head}`, `${stem} ${' '.repeat(NAME_WIDTH + 3)}`, width);
  return [...head, ...item.below.flatMap((line) => wrap(`${stem}   ${line}`, `${stem}     `, width))];
}

/** Breaks at spaces; what follows begins with `indent`. */
function wrap(line: string, indent: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    if (space <= indent.length) break;
    lines.push(rest.slice(0, space));
    rest = `${indent}${rest.slice(space + 1)}`;
  }
  return [...lines, rest];
}

function cut(line: string, width: number): string {
  return line.length <= width ? line.trimEnd() : `${line.slice(0, width - 1).trimEnd()}…`;
}
