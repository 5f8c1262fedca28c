/** A field of the pod as `fieldRef` of the downward API takes it (pkg/fieldpath, kubelet_pods.go podFieldSelectorRuntimeValue). */
import { unsupported } from '../../../base/errors.js';
import type { Pod } from '../../../api/types/core.js';

export function podField(pod: Pod, path: string): string {
  const { metadata, spec, status } = pod;
  const key = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (key !== null) return metadata[key[1] as 'labels' | 'annotations']?.[key[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.hostIP':
      return status?.hostIP ?? '';
    case 'status.podIP':
      return status?.podIP ?? '';
    case 'status.podIPs':
      return (status?.podIPs ?? []).map(({ ip }) => ip).join(',');
  }
  throw unsupported('pod-field', `the field ${path} of a pod as a variable is not modelled`);
}
