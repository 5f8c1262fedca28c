/** What the API server adds to every new Namespace: its name as a label that cannot be changed, its finalizer, its phase. */
import type { Namespace } from '../types/core.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';

export function admitNamespace(namespace: Namespace): Namespace {
  const { metadata } = namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...metadata.labels, [NAME_LABEL]: metadata.name } },
    status: { phase: 'Active', ...namespace.status },
    ...('spec' in namespace ? {} : { spec: { finalizers: ['kubernetes'] } }),
  };
}
