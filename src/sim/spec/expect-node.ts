/** Claims about one line of a node's rendered configuration: `*` stands for anything, spaces count once. */
import { nearest } from '../../base/nearest.js';
import type { NetnsPlan } from '../../plan/plan.js';
import type { NodeLine } from '../spec-contract.js';
import { mismatch } from './expect-objects.js';

export function expectNodeLine(plan: NetnsPlan, node: string, what: NodeLine, text: string): void {
  const lines = linesOf(plan, what);
  const asked = what === 'sysctl' ? text.replace(/\s*=\s*/, ' = ') : text;
  const wanted = pattern(asked);
  // A link may be named without saying what it is.
  if (lines.some((line) => wanted.test(oneSpace(line)) || (what === 'link' && wanted.test(line.slice(0, line.indexOf(' ')))))) return;
  const near = closest(asked, lines);
  const few = near === undefined && lines.length <= FEW ? `: ${lines.join('; ')}` : '';
  const happened = lines.length === 0 ? 'it has none at all' : `none of them is this one${few}`;
  const kind = what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`;
  throw mismatch(
    'node-line',
    `${node} has the ${what} "${text}"`,
    `one of its ${kind}`,
    happened,
    near === undefined ? {} : { nearest: near },
  );
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
      return Object.entries(plan.sysctl).map(([key, value]) => `${key} = ${value}`);
    case 'link':
      return plan.links.map((link) => `${link.name} ${link.kind}${link.args ? ` ${link.args}` : ''}`);
  }
}

function* chains(plan: NetnsPlan): Generator<{ readonly name: string; readonly rules: readonly string[] }> {
  for (const table of plan.iptables?.tables.values() ?? []) yield* table.values();
}

function oneSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function pattern(text: string): RegExp {
  const escaped = oneSpace(text)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}

const NEAR_CANDIDATES_MAX = 2000;

/** So many lines can be shown in place of the nearest one. */
const FEW = 12;

/** The line that has most of the words, long ones before short ones. */
function closest(text: string, lines: readonly string[]): string | undefined {
  const wanted = oneSpace(text)
    .split(' ')
    .map((word) => ({ fits: pattern(word), letters: word.replaceAll('*', '').length }));
  let best: { readonly line: string; readonly score: number } | undefined;
  for (const line of lines.slice(0, NEAR_CANDIDATES_MAX)) {
    const words = oneSpace(line).split(' ');
    const alike = wanted.reduce((sum, { fits, letters }) => sum + (words.some((word) => fits.test(word)) ? letters : 0), 0);
    // Of those with as many words in common, the shortest has the fewest others.
    const score = alike - words.length / 1000;
    if (alike > 0 && (best === undefined || score > best.score)) best = { line, score };
  }
  return best?.line ?? nearest(text, lines.slice(0, NEAR_CANDIDATES_MAX));
}
