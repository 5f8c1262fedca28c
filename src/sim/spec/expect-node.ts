/**
 * Claims about one line of a node's rendered configuration: `*` and `…` stand for anything, spaces count once. A route, a neighbour, an fdb entry or a
 * link may be named by the first words of its line, as `ip route show 10.244.1.0/24` names one; a rule is meant whole.
 */
import { nearest } from '../../base/nearest.js';
import type { NetnsPlan } from '../../plan/plan.js';
import type { Chain, Ruleset } from '../../plan/ruleset.js';
import type { NodeLine } from '../spec-contract.js';
import { mismatch } from './expect-objects.js';

export function expectNodeLine(plan: NetnsPlan, node: string, what: NodeLine, text: string): void {
  const lines = linesOf(plan, what);
  const asked = what === 'sysctl' ? text.replace(/\s*=\s*/, ' = ') : text;
  const wanted = pattern(asked, BY_FIRST_WORDS.includes(what));
  if (lines.some((line) => wanted.test(oneSpace(line)))) return;
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

const BY_FIRST_WORDS: readonly NodeLine[] = ['route', 'neighbour', 'fdb entry', 'link'];

function linesOf(plan: NetnsPlan, what: NodeLine): string[] {
  switch (what) {
    case 'iptables rule':
      return rulesOf(plan.iptables);
    case 'ip6tables rule':
      return rulesOf(plan.ip6tables);
    case 'iptables chain':
      return [...new Set([...chains(plan.iptables), ...chains(plan.ip6tables)].map((chain) => chain.name))];
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

function rulesOf(ruleset: Ruleset | undefined): string[] {
  return [...chains(ruleset)].flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${rule}`));
}

function* chains(ruleset: Ruleset | undefined): Generator<Chain> {
  for (const table of ruleset?.tables.values() ?? []) yield* table.values();
}

function oneSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function pattern(text: string, mayGoOn = false): RegExp {
  const escaped = oneSpace(text)
    .split(/[*…]/)
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}${mayGoOn ? '(?: .*)?' : ''}$`);
}

const NEAR_CANDIDATES_MAX = 2000;

/** So many lines can be shown in place of the nearest one. */
const FEW = 12;

/** The line that has most of the words, long ones before short ones. */
function closest(text: string, lines: readonly string[]): string | undefined {
  const wanted = oneSpace(text)
    .split(' ')
    .map((word) => ({ fits: pattern(word), letters: word.replace(/[*…]/g, '').length }));
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
