/**
 * Label selectors, as structures (metav1.LabelSelector) and as text (`app=web,tier!=x,zone in (a,b),!old`), after
 * k8s.io/apimachinery `pkg/labels`. A key that is absent satisfies `!=`, `notin` and `!key`; an absent selector matches nothing and an
 * empty one everything.
 */
import { inputError } from '../base/errors.js';
import type { LabelRequirement, Labels, LabelSelector } from './types/meta.js';

const NO_LABELS: Labels = {};

/** Whether every pair of `wanted` stands in `labels`. An empty set is satisfied by all, as a Service's selector is. */
export function matchesLabels(wanted: Labels, labels: Labels | undefined): boolean {
  const have = labels ?? NO_LABELS;
  for (const key in wanted) if (have[key] !== wanted[key]) return false;
  return true;
}

export function matchesSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  if (selector.matchLabels !== undefined && !matchesLabels(selector.matchLabels, labels)) return false;
  return matchesRequirements(selector.matchExpressions ?? [], labels);
}

export function matchesRequirements(requirements: readonly LabelRequirement[], labels: Labels | undefined): boolean {
  const have = labels ?? NO_LABELS;
  return requirements.every((requirement) => matchesRequirement(requirement, have));
}

function matchesRequirement({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isInteger(value) && Number(value) > Number(values[0]);
    case 'Lt':
      return isInteger(value) && Number(value) < Number(values[0]);
  }
}

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^-?\d+$/.test(text);
}

/** Reads a selector in text. Throws InputError with the part that is not understood. */
export function parseSelector(text: string): readonly LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  for (const part of splitTop(text)) {
    const requirement = parseRequirement(part.trim());
    if (requirement === undefined) throw inputError('bad-selector', `"${part.trim()}" is not a label requirement`, { fix: SELECTOR_FIX });
    requirements.push(requirement);
  }
  return requirements;
}

const SELECTOR_FIX = 'write key=value, key!=value, key in (a,b), key notin (a,b), key, !key, key>1 or key<1, separated by commas';
const KEY = '([A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?)';
const VALUE = '([-A-Za-z0-9_.]*)';
const EQUALITY = new RegExp(`^${KEY}\\s*(==|=|!=|>|<)\\s*${VALUE}$`);
const SET = new RegExp(`^${KEY}\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const PRESENCE = new RegExp(`^(!?)\\s*${KEY}$`);
const OPERATORS = { '=': 'In', '==': 'In', '!=': 'NotIn', '>': 'Gt', '<': 'Lt' } as const;

function parseRequirement(part: string): LabelRequirement | undefined {
  const equality = EQUALITY.exec(part);
  if (equality !== null) {
    const [, key = '', , sign = '=', value = ''] = equality;
    return { key, operator: OPERATORS[sign as keyof typeof OPERATORS], values: [value] };
  }
  const set = SET.exec(part);
  if (set !== null) {
    const [, key = '', , word, list = ''] = set;
    return { key, operator: word === 'in' ? 'In' : 'NotIn', values: list.split(',').map((value) => value.trim()) };
  }
  const presence = PRESENCE.exec(part);
  return presence === null ? undefined : { key: presence[2] ?? '', operator: presence[1] === '!' ? 'DoesNotExist' : 'Exists' };
}

/** The parts between commas that stand outside parentheses; none for blank text. */
function splitTop(text: string): string[] {
  if (text.trim() === '') return [];
  const parts = [''];
  let depth = 0;
  for (const c of text) {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    if (c === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts;
}
