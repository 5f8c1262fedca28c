/**
 * One manifest document to the object that is to be stored: strict decoding, merging with what exists as `kubectl apply` does, defaults,
 * validation. What the server hands out (uid, addresses, ports) the store adds. A status in a manifest is kept, where a real server would
 * drop it, so that objects exported from a cluster can be loaded as they were.
 */
import { carryOver } from '../api/allocate/carry-over.js';
import { lastApplied, withLastApplied } from '../api/apply/last-applied.js';
import { threeWayMerge } from '../api/apply/three-way.js';
import { invalid, notFound, Refusal } from '../api/refusal.js';
import type { AnyView } from '../api/store-view.js';
import type { Service } from '../api/types/core.js';
import type { KubeObject } from '../api/types/meta.js';
import { resourceOf } from '../api/types/resource.js';
import { defaultObject } from './default/index.js';
import type { Fields } from './default/fields.js';
import type { ManifestDocument } from './document.js';
import { decode } from './schema/decode.js';
import { kubernetesStructures } from './schema/structure.js';
import { checkKind } from './support.js';
import { validateObject } from './validate/index.js';

export interface AdmitContext {
  readonly view: AnyView;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
}

/** Strict decoding, so that the errors of many documents are found before anything is written. Throws Refusal or UnsupportedError. */
export function decodeManifest(document: ManifestDocument): Fields {
  const { apiVersion, kind } = headerOf(document);
  checkKind(document, apiVersion, kind);
  const { value, problems } = decode(document.value, kind, kubernetesStructures);
  if (problems.length === 0) return value;
  const unknown = problems.filter((problem) => problem.kind === 'unknown-field');
  const wrong = problems.find((problem) => problem.kind === 'wrong-type');
  const detail = wrong?.message ?? `strict decoding error: ${unknown.map(({ message }) => message).join(', ')}`;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const message = `${kind} in version "${version}" cannot be handled as a ${kind}: ${detail}`;
  const causes = problems.map(
    ({ kind: what, path, message: text, fix }) => ({ path, message: text, fix, part: what === 'unknown-field' ? 'key' : 'value' }) as const,
  );
  throw new Refusal('BadRequest', message, causes, document.position);
}

/** The object as it would be stored, without storing it: for asking what would happen to it. Throws Refusal or UnsupportedError. */
export function admitManifest(document: ManifestDocument, context: AdmitContext): KubeObject {
  return admitDecoded(decodeManifest(document), document, context);
}

/** A decoded document to the object that is to be stored. Throws Refusal with positions. */
export function admitDecoded(decoded: Fields, document: ManifestDocument, { view, namespace }: AdmitContext): KubeObject {
  const wanted = placed(decoded, namespace, view.revision);
  const before = view.getAny(wanted.kind, wanted.metadata.namespace, wanted.metadata.name);
  if (before === undefined) checkNamespace(wanted, document, view);
  const object = before === undefined ? fresh(wanted) : merged(wanted, before);
  const causes = validateObject(object, before);
  if (causes.length > 0) throw invalid(object.kind, object.metadata.name, causes).at(document.position);
  return object;
}

function headerOf(document: ManifestDocument): { apiVersion: string; kind: string } {
  const value = document.value as { apiVersion?: unknown; kind?: unknown } | null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(document, '', 'the document is not an object', 'begin with apiVersion, kind and metadata');
  }
  for (const [field, name] of [
    ['kind', 'Kind'],
    ['apiVersion', 'apiVersion'],
  ] as const) {
    if (typeof value[field] !== 'string' || value[field] === '') {
      throw badRequest(document, field, `Object '${name}' is missing in '${JSON.stringify(value).slice(0, 200)}'`, `add ${field}`);
    }
  }
  return value as { apiVersion: string; kind: string };
}

function badRequest(document: ManifestDocument, path: string, message: string, fix: string): Refusal {
  return new Refusal('BadRequest', message, [{ path, message, fix }]).at(document.position);
}

type Draft = KubeObject & Fields;

/** With a name and, where its kind has one, a namespace. */
function placed(decoded: Fields, namespace: string, revision: number): Draft {
  const kind = String(decoded['kind']);
  const metadata = { ...(decoded['metadata'] as Fields | undefined) };
  if (resourceOf(kind).namespaced) metadata['namespace'] ??= namespace;
  if (metadata['name'] === undefined && typeof metadata['generateName'] === 'string')
    metadata['name'] = generatedName(metadata['generateName'], revision);
  metadata['name'] ??= '';
  return { ...decoded, metadata } as unknown as Draft;
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Base cut to 58 characters and five more, drawn from the store's revision so that the same run makes the same name. */
function generatedName(base: string, revision: number): string {
  let n = Math.imul(revision + 1, 0x9e3779b1) >>> 0;
  let suffix = '';
  for (let i = 0; i < 5; i++) {
    suffix += SUFFIX_ALPHABET[n % SUFFIX_ALPHABET.length];
    n = Math.floor(n / SUFFIX_ALPHABET.length);
  }
  return base.slice(0, 58) + suffix;
}

function fresh(wanted: Draft): KubeObject {
  const object = withLastApplied(wanted);
  defaultObject(object.kind, object);
  return object;
}

function merged(wanted: Draft, before: KubeObject): KubeObject {
  const live = before as unknown as Fields;
  const object = structuredClone(threeWayMerge(lastApplied(before), live, withLastApplied(wanted))) as Draft;
  const { uid, ...metadata } = object.metadata;
  const next = { ...object, metadata: wanted.metadata.uid === undefined ? metadata : { ...metadata, uid } } as Draft;
  if (wanted.metadata.resourceVersion === undefined) delete (next.metadata as { resourceVersion?: string }).resourceVersion;
  if (next.kind === 'Service') (next as Fields)['spec'] = structuredClone(carryOver(next as unknown as Service, before as Service));
  defaultObject(next.kind, next);
  return next;
}

function checkNamespace({ kind, metadata: { namespace } }: KubeObject, document: ManifestDocument, view: AnyView): void {
  if (namespace === undefined || !resourceOf(kind).namespaced || view.getAny('Namespace', undefined, namespace) !== undefined) return;
  const fix = `apply a Namespace named ${namespace} first`;
  const { message } = notFound('Namespace', namespace);
  throw new Refusal('NotFound', message, [{ path: 'metadata.namespace', message, fix }]).at(document.position);
}
