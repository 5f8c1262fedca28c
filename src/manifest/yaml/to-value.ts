/**
 * A YAML syntax tree to plain values, as the API server's readers (sigs.k8s.io/yaml over go-yaml 2) take it: bare `yes`, `no`, `on`,
 * `off` are truth values, a bare number with a leading 0 is octal, `<<` merges. Duplicate keys, aliases without an anchor, anchors
 * within themselves and aliases that multiply without bound are errors.
 */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import type { Problem } from '../../base/errors.js';
import { LIMITS } from '../limits.js';
import type { YamlText } from './parse.js';

type Fields = Record<string, unknown>;

interface Read {
  readonly value: unknown;
  /** How many values it is once written out. */
  readonly weight: number;
}

/** The document's value; problems are added to `problems`. */
export function toValue(document: Document, at: YamlText['at'], problems: Problem[]): unknown {
  if (document.contents === null) return null;
  return new Reader(at, problems).read(document.contents, 0).value;
}

const NULL: Read = { value: null, weight: 1 };

class Reader {
  private readonly at: YamlText['at'];
  private readonly problems: Problem[];
  private readonly anchors = new Map<string, Read>();
  private weight = 0;

  constructor(at: YamlText['at'], problems: Problem[]) {
    this.at = at;
    this.problems = problems;
  }

  read(node: Node | null, depth: number): Read {
    if (node === null) return NULL;
    if (isAlias(node)) return this.readAlias(node);
    if (depth > LIMITS.depthMax)
      return this.refuse(node, 'nested-too-deep', `collections are nested more than ${LIMITS.depthMax} deep`, 'write flatter YAML');
    const before = this.weight++;
    const value = isMap(node)
      ? this.readMap(node, depth)
      : isSeq(node)
        ? node.items.map((item) => this.read(item as Node, depth + 1).value)
        : scalarValue(node);
    const read = { value, weight: this.weight - before };
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.anchors.set(anchor, read);
    return read;
  }

  private readAlias(node: Alias): Read {
    const target = this.anchors.get(node.source);
    if (target === undefined)
      return this.refuse(
        node,
        'yaml-alias',
        `alias *${node.source} has no anchor &${node.source} before it`,
        `define &${node.source} first`,
      );
    const heavy = this.weight > LIMITS.valuesMax;
    this.weight += target.weight;
    if (this.weight <= LIMITS.valuesMax) return target;
    const message = `aliases make the document larger than ${LIMITS.valuesMax} values`;
    return heavy ? NULL : this.refuse(node, 'alias-bomb', message, 'write the values out, or use fewer aliases');
  }

  private readMap(node: YAMLMap, depth: number): Fields {
    const fields: Fields = {};
    const merged: Fields = {};
    const seen = new Set<string>();
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = this.keyOf(pair.key);
      if (key === undefined) continue;
      const { value } = this.read(pair.value, depth + 1);
      if (isMergeKey(pair.key)) Object.assign(merged, ...mergeSources(value).reverse());
      else if (seen.has(key)) this.refuse(pair.key, 'duplicate-key', `key "${key}" is already set in this map`, 'remove one of the two');
      else {
        seen.add(key);
        define(fields, key, value);
      }
    }
    for (const [key, value] of Object.entries(merged)) if (!seen.has(key)) define(fields, key, value);
    return fields;
  }

  private keyOf(key: Node | null): string | undefined {
    if (isScalar(key)) return String(scalarValue(key));
    if (isAlias(key)) return String(this.readAlias(key).value);
    if (key !== null) this.refuse(key, 'yaml-key', 'a key must be plain text', 'write the key as text');
    return key === null ? 'null' : undefined;
  }

  private refuse(node: Node, code: string, message: string, fix: string): Read {
    const [start = 0, end = start + 1] = node.range ?? [];
    this.problems.push({ code, message, fix, position: this.at(start, end) });
    return NULL;
  }
}

/** `__proto__` is a key like any other. */
function define(fields: Fields, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  else fields[key] = value;
}

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN;
}

function mergeSources(value: unknown): Fields[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is Fields => typeof item === 'object' && item !== null && !Array.isArray(item));
}

const YES = /^(y|Y|yes|Yes|YES|on|On|ON)$/;
const NO = /^(n|N|no|No|NO|off|Off|OFF)$/;

function scalarValue(node: unknown): unknown {
  if (!isScalar(node)) return null;
  const { value, source, type } = node;
  if (type !== Scalar.PLAIN || node.tag !== undefined) return typeof value === 'bigint' ? Number(value) : value;
  if (typeof value === 'string') return YES.test(value) ? true : NO.test(value) ? false : value;
  if (typeof value === 'number' && source !== undefined && /^[-+]?0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  return value ?? null;
}
