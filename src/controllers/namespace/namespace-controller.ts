/**
 * The namespace controller (pkg/controller/namespace/deletion): everything in a Terminating namespace is deleted, gracefully where the
 * kind has it; when nothing is left the namespace goes too. Events are the last, because the end of a pod still writes some.
 * Left out: the conditions that say what is in the way.
 */
import type { Controller, Write } from '../../api/controller.js';
import type { AnyView } from '../../api/store-view.js';
import { refOf } from '../../api/object/key.js';
import type { Kind } from '../../api/types/kinds.js';
import type { KubeObject } from '../../api/types/meta.js';
import type { StoreView } from '../../api/view.js';

const KINDS: readonly Kind[] = ['Deployment', 'ReplicaSet', 'Pod', 'Service', 'Endpoints', 'EndpointSlice'];

export function createNamespaceController(): Controller {
  return {
    name: 'namespace-controller',
    watches: ['Namespace', ...KINDS],
    keys({ type, object }, view) {
      if (object.kind === 'Namespace') return type !== 'DELETED' && isTerminating(object) ? [object.metadata.name] : [];
      if (type !== 'DELETED') return [];
      const namespace = view.get('Namespace', undefined, object.metadata.namespace ?? '');
      return namespace !== undefined && isTerminating(namespace) ? [namespace.metadata.name] : [];
    },
    reconcile(name, { view }) {
      const namespace = view.get('Namespace', undefined, name);
      if (namespace === undefined || !isTerminating(namespace)) return [];
      const content = contentOf(view, name);
      const doomed = content.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const writes = doomed.map((object): Write => ({ op: 'delete', ref: refOf(object) }));
      if (content.some((object) => (KINDS as readonly string[]).includes(object.kind))) return writes;
      const events = view.list('Event', name).map((event): Write => ({ op: 'delete', ref: refOf(event) }));
      return [...writes, ...events, { op: 'delete', ref: refOf(namespace), force: true }];
    },
  };
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** All but events: of the kinds that are modelled, and of those that are only stored. */
function contentOf(view: StoreView & Partial<AnyView>, namespace: string): readonly KubeObject[] {
  const kinds: readonly string[] = view.kinds?.() ?? KINDS;
  const list = (kind: string): readonly KubeObject[] => view.listAny?.(kind, namespace) ?? view.list(kind as Kind, namespace);
  return kinds.filter((kind) => kind !== 'Event' && kind !== 'Namespace' && kind !== 'Node').flatMap(list);
}
