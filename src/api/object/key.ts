/** The text keys of work queues and indexes, as client-go's cache.MetaNamespaceKeyFunc: `namespace/name`, or `name` when cluster-scoped. */
import type { Kind } from '../types/kinds.js';
import type { KubeObject } from '../types/meta.js';
import type { ObjectRef } from '../controller.js';

export function objectKey(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function splitKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { kind: object.kind as Kind, namespace, name };
}

/** Code-unit order, the only order of names in this project. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
