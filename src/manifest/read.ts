/**
 * Manifest text (YAML or JSON, one or many documents) to its objects. Lists (`kind: List`, `PodList`, …) are opened, empty documents
 * skipped. What is wrong with the syntax is collected over the whole text and thrown together.
 */
import { InputError, inputError, type Problem, type SourcePosition } from '../base/errors.js';
import type { ManifestDocument } from './document.js';
import { findDuplicateKey } from './duplicate-json-key.js';
import { LIMITS } from './limits.js';
import { locate } from './yaml/locate.js';
import { parseYaml, syntaxProblems, type YamlText } from './yaml/parse.js';
import { toValue } from './yaml/to-value.js';

/** Large JSON is read by the platform, ten times faster; places in it are found only when asked for. */
const FAST_JSON_SIZE = 64 * 1024;

/** Specs apply the same few manifests in scenario after scenario: small texts are read once. Documents are values, so sharing them is safe. */
const REMEMBERED_SIZE = 32 * 1024;
const REMEMBERED_MAX = 64;
const remembered = new Map<string, readonly ManifestDocument[]>();

/** Throws InputError with every problem found. */
export function readManifests(text: string, file: string): readonly ManifestDocument[] {
  if (text.length > REMEMBERED_SIZE) return readDocuments(text, file).flatMap(openList);
  const key = `${file}\0${text}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const documents = readDocuments(text, file).flatMap(openList);
  if (remembered.size >= REMEMBERED_MAX) remembered.delete(remembered.keys().next().value as string);
  remembered.set(key, documents);
  return documents;
}

/** The documents of a text as they stand, lists not opened: for eval scripts and cluster files. */
export function readDocuments(text: string, file: string): readonly ManifestDocument[] {
  if (text.length > LIMITS.fileSizeMax) {
    const message = `${file} is larger than ${LIMITS.fileSizeMax} characters`;
    throw new InputError([{ code: 'file-too-large', message, fix: 'split it into several files' }]);
  }
  return fastJson(text, file) ?? yamlDocuments(parseYaml(text, file));
}

function fastJson(text: string, file: string): readonly ManifestDocument[] | undefined {
  if (text.length < FAST_JSON_SIZE || !/^\s*[[{]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // The slow way finds the place to point at.
  if (isDeeper(value, LIMITS.depthMax)) return undefined;
  const twice = findDuplicateKey(text);
  if (twice !== undefined)
    throw inputError('duplicate-key', `key "${twice.key}" is already set in this map`, {
      position: placeIn(text, file, twice.offset),
      fix: 'remove one of the two',
    });
  return [{ file, value, position: lazyPosition(text, file) }];
}

/** Reads the text as YAML when a place is first asked for; a text too large for that has no places. */
function lazyPosition(text: string, file: string): ManifestDocument['position'] {
  let parsed: YamlText | undefined;
  let tooLarge = false;
  return (path, part = 'value') => {
    try {
      if (!tooLarge) parsed ??= parseYaml(text, file);
    } catch {
      tooLarge = true;
    }
    const document = parsed?.documents[0];
    return parsed === undefined || document === undefined ? undefined : locate(document, parsed.at, path, part);
  };
}

function placeIn(text: string, file: string, offset: number): SourcePosition {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return {
    file,
    line: text.slice(0, start).split('\n').length,
    column: offset - start + 1,
    text: text.slice(start, end < 0 ? text.length : end),
  };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function yamlDocuments({ documents, file, at }: YamlText): readonly ManifestDocument[] {
  const problems: Problem[] = [];
  const read: ManifestDocument[] = [];
  for (const document of documents) {
    const syntax = syntaxProblems(document, at);
    problems.push(...syntax);
    if (document.errors.length > 0) continue;
    const value = toValue(document, at, problems);
    if (value !== null) read.push({ file, value, position: (path, part = 'value') => locate(document, at, path, part) });
  }
  if (problems.length > 0) throw new InputError(problems.slice(0, LIMITS.problemsMax).map(hintAtTemplates));
  return read;
}

/** Braces of a template language are the likeliest reason why a chart's file is no YAML. */
function hintAtTemplates(problem: Problem): Problem {
  if (problem.position?.text?.includes('{{') !== true) return problem;
  return { ...problem, fix: 'this looks like a template: render it first, with `helm template` for instance' };
}

function openList(document: ManifestDocument): readonly ManifestDocument[] {
  const { value, file } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [document];
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [document];
  return items.flatMap((item: unknown, i) => {
    const position: ManifestDocument['position'] = (path, part) =>
      document.position(path === '' ? `items[${i}]` : `items[${i}].${path}`, part);
    return openList({ file, value: withKind(item, kind), position });
  });
}

/** Items of a typed list may leave their kind out. */
function withKind(item: unknown, listKind: string): unknown {
  if (listKind === 'List' || typeof item !== 'object' || item === null || 'kind' in item) return item;
  return { ...item, kind: listKind.slice(0, -'List'.length) };
}
