/**
 * What ConfigMaps and Secrets give a container's environment. One that is not there and not optional keeps a container from starting
 * (CreateContainerConfigError); that the kubelet waits for it is not modelled, and said so by name.
 */
import { unsupported } from '../../../base/errors.js';
import type { EnvFromSource, EnvVarSource, ObjectRefOfPod, Pod } from '../../../api/types/core.js';
import type { AnyView } from '../../../api/store-view.js';
import type { KubeObject } from '../../../api/types/meta.js';

interface Source {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly optional: boolean;
}

type Texts = Readonly<Record<string, string>>;

/** Of a whole object, each with its prefix. */
export function configValues(
  view: AnyView,
  pod: Pod,
  { prefix = '', configMapRef, secretRef }: EnvFromSource,
): readonly (readonly [string, string])[] {
  const ref = configMapRef ?? secretRef;
  const data = dataOf(view, pod, sourceOf(configMapRef === undefined ? 'Secret' : 'ConfigMap', ref));
  return Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value] as const);
}

/** Undefined: it is optional, and not there. */
export function configValue(view: AnyView, pod: Pod, { configMapKeyRef, secretKeyRef }: EnvVarSource): string | undefined {
  const ref = configMapKeyRef ?? secretKeyRef;
  const source = sourceOf(configMapKeyRef === undefined ? 'Secret' : 'ConfigMap', ref);
  const value = dataOf(view, pod, source)?.[ref?.key ?? ''];
  if (value !== undefined || source.optional) return value;
  throw waits(`${source.kind} ${pod.metadata.namespace}/${source.name} without the key "${ref?.key}"`);
}

function sourceOf(kind: Source['kind'], ref: ObjectRefOfPod = {}): Source {
  return { kind, name: ref.name ?? '', optional: ref.optional === true };
}

function dataOf(view: AnyView, { metadata }: Pod, { kind, name, optional }: Source): Texts | undefined {
  const found: (KubeObject & { data?: Texts; stringData?: Texts }) | undefined = view.getAny(kind, metadata.namespace, name);
  if (found === undefined) {
    if (optional) return undefined;
    throw waits(`${kind} ${metadata.namespace}/${name}, which is not there`);
  }
  if (kind === 'ConfigMap') return found.data ?? {};
  const texts = Object.entries(found.data ?? {}).map(([key, value]) => [key, decoded(value)]);
  return { ...(Object.fromEntries(texts) as Texts), ...found.stringData };
}

function waits(what: string): Error {
  return unsupported('container-waits', `the container takes a variable from ${what}: a container that waits for it is not modelled`);
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
