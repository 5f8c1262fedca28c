/** Finds the place of a field in a YAML syntax tree, following aliases; for an absent field the nearest one around it. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { SourcePosition } from '../../base/errors.js';
import { pathSteps } from '../document.js';
import type { YamlText } from './parse.js';

export function locate(document: Document, at: YamlText['at'], path: string, part: 'key' | 'value'): SourcePosition | undefined {
  let node = document.contents;
  let best: Node | null = node;
  for (const step of pathSteps(path)) {
    const pair = find(isAlias(node) ? (node.resolve(document) ?? null) : node, step);
    if (pair === undefined) return spanOf(best, at);
    best = pair.key ?? pair.value ?? best;
    if (pair.value === null) return spanOf(best, at);
    node = pair.value;
  }
  const inner = isScalar(node) ? node : best;
  return spanOf(part === 'key' ? best : inner, at);
}

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

function find(node: Node | null, step: string | number): Found | undefined {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? (node.items[step] as Node | undefined) : undefined;
    return item === undefined ? undefined : { key: null, value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = (node.items as Pair<Node, Node | null>[]).find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? undefined : { key: pair.key, value: pair.value };
}

function spanOf(node: Node | null, at: YamlText['at']): SourcePosition | undefined {
  const [start, end] = node?.range ?? [];
  if (start === undefined) return undefined;
  return isScalar(node) || isAlias(node) ? at(start, end) : at(start);
}
