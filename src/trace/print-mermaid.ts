/**
 * A trace as a sequence diagram in Mermaid's text, which GitHub and GitLab draw in Markdown: a participant for each namespace, in a box for its node;
 * an arrow from device to device; notes where the packet was changed, put into a tunnel, or stopped. Several outcomes are alternatives of one
 * diagram. Source: mermaid.js.org/syntax/sequenceDiagram.html.
 */
import { probabilityText } from './probability-text.js';
import type { Hop, Outcome, Trace } from './trace.js';

export function printMermaid(trace: Trace): string {
  const hops = trace.outcomes.flatMap(({ request, reply }) => [...request, ...reply]);
  const names = new Map([...new Set(hops.map(({ netns }) => netns))].map((netns, i) => [netns, `n${i + 1}`]));
  const lines = ['sequenceDiagram', ...participants(hops, names)];
  for (const [i, outcome] of trace.outcomes.entries()) {
    const own = outcomeLines(outcome, names);
    if (trace.outcomes.length === 1) lines.push(...own);
    else {
      const title = `outcome ${i + 1} of ${trace.outcomes.length}, probability ${probabilityText(outcome.probability)}`;
      lines.push(`  ${i === 0 ? 'alt' : 'else'} ${plain(title)}`, ...own.map((line) => `  ${line}`));
    }
  }
  if (trace.outcomes.length > 1) lines.push('  end');
  return `${lines.join('\n')}\n`;
}

function participants(hops: readonly Hop[], names: ReadonlyMap<string, string>): readonly string[] {
  const nodes = new Map<string, Set<string>>();
  for (const { node, netns } of hops) nodes.set(node, (nodes.get(node) ?? new Set()).add(netns));
  return [...nodes].flatMap(([node, spaces]) => [
    `  box ${plain(node)}`,
    ...[...spaces].map((netns) => `    participant ${names.get(netns)} as ${plain(netns)}`),
    '  end',
  ]);
}

function outcomeLines(outcome: Outcome, names: ReadonlyMap<string, string>): readonly string[] {
  const lines: string[] = [];
  for (const [leg, hops] of [outcome.request, outcome.reply].entries()) {
    for (const [i, hop] of hops.entries()) {
      const to = hops[i + 1];
      const note = noteOf(hop);
      const name = names.get(hop.netns);
      if (note !== undefined) lines.push(`  Note over ${name}: ${plain(note)}`);
      if (to === undefined || to.netns === hop.netns) continue;
      const arrow = leg === 0 ? '->>' : '-->>';
      lines.push(`  ${name}${arrow}${names.get(to.netns)}: ${plain(`${hop.device ?? ''} to ${to.device ?? ''}, ${headOf(hop.packet)}`)}`);
    }
  }
  const { verdict, server, cause } = outcome;
  const end = names.get(outcome.request[0]?.netns ?? '');
  const reason = cause === null ? '' : `, ${cause.reason} in ${cause.netns}`;
  if (end !== undefined)
    lines.push(
      `  Note over ${end}: ${plain(verdict === 'delivered' && server !== null ? `delivered to ${server}` : `${verdict}${reason}`)}`,
    );
  return lines;
}

/** Undefined for a hop that only passes the packet on. */
function noteOf({ stage, change, verdict, device }: Hop): string | undefined {
  if (stage === 'drop') return `dropped: ${verdict}`;
  if (stage === 'answer') return `answers ${change ?? ''}`.trimEnd();
  if (stage === 'encapsulate' || stage === 'decapsulate') return `${device ?? ''} ${change ?? stage}`.trimStart();
  return stage !== 'bridge' && change !== null ? change : undefined;
}

/** `IP 10.244.1.2.32768 > 10.96.0.10.80`, without what follows, and of a tunnel the outer packet alone. */
function headOf(packet: string): string {
  return /^.*?(?=: )/.exec(packet)?.[0] ?? packet;
}

/** A semicolon ends a line of Mermaid's, and a number sign begins a character's code. */
function plain(text: string): string {
  return text.replaceAll(/[#;\n]/g, (character) => ({ '#': '#35;', ';': '#59;' })[character] ?? ' ');
}
