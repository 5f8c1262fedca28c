/** Claims about one line of a node's rendered configuration: `*` stands for anything, spaces count once. */
import { nearest } from '../../base/nearest.js';
import type { NetnsPlan } from '../../plan/plan.js';
import type { NodeLine } from '../spec-contract.js';
import { mismatch } from './expect-objects.js';

export function expectNodeLine(plan: NetnsPlan, node: string, what: NodeLine, text: string): void {
  const lines = linesOf(plan, what);
  const wanted = pattern(text);
  if (lines.some((line) => wanted.test(oneSpace(line)))) return;
  const near = closest(text, lines);
  const happened = lines.length === 0 ? `it has none at all` : `none of its ${lines.length} is this one`;
  const kind = what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`;
  throw mismatch('node-line', `${node} has the ${what} "${text}"`, `one of its ${kind}`, happened, near === undefined ? {} : { nearest: near });
}

function linesOf(plan: NetnsPlan, what: NodeLine): string[] {
  switch (what) {
    case 'iptables rule':
      return [...chains(plan)].flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${rule}`));
    case 'iptables chain':
      return [...new Set([...chains(plan)].map((chain) => chain.name))];
    case 'route':
      return [...plan.routes];
    case 'neighbour':
      return [...plan.neigh];
    case 'fdb entry':
      return [...plan.fdb];
    case 'sysctl':
      return Object.entries(plan.sysctl).flatMap(([key, value]) => [`${key} = ${value}`, `${key}=${value}`]);
    case 'link':
      return plan.links.flatMap((link) => [link.name, `${link.name} ${link.kind}${link.args ? ` ${link.args}` : ''}`]);
  }
}

function* chains(plan: NetnsPlan): Generator<{ readonly name: string; readonly rules: readonly string[] }> {
  for (const table of plan.iptables?.tables.values() ?? []) yield* table.values();
}

function oneSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function pattern(text: string): RegExp {
  const escaped = oneSpace(text).split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}

const NEAR_CANDIDATES_MAX = 2000;

/** The line with the most words in common. */
function closest(text: string, lines: readonly string[]): string | undefined {
  const wanted = oneSpace(text).split(' ').map((word) => pattern(word));
  let best: { readonly line: string; readonly score: number } | undefined;
  for (const line of lines.slice(0, NEAR_CANDIDATES_MAX)) {
    const words = oneSpace(line).split(' ');
    const alike = wanted.filter((one) => words.some((word) => one.test(word))).length;
    // Of those with as many words in common, the shortest has the fewest others.
    const score = alike - words.length / 1000;
    if (alike > 0 && (best === undefined || score > best.score)) best = { line, score };
  }
  return best?.line ?? nearest(text, lines.slice(0, NEAR_CANDIDATES_MAX));
}
