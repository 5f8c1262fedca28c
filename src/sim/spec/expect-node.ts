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
  throw mismatch('node-line', `${node} has the ${what} "${text}"`, text, `${node} has ${lines.length} such lines, none of them this`, near ? [`the nearest is: ${near}`] : []);
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

function closest(text: string, lines: readonly string[]): string | undefined {
  const first = text.split(' ').slice(0, 2).join(' ');
  const alike = lines.filter((line) => line.startsWith(first));
  return nearest(text, alike.slice(0, NEAR_CANDIDATES_MAX)) ?? alike[0];
}
