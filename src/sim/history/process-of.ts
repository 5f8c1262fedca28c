/** Which process an endpoint's sockets belong to: that of a container ends with it, and what is started in its place has none of its connections. */
import type { StoreView } from '../../api/view.js';

/** `endpoint` as `pod/ns/name` or `pod/ns/name#container`, of which the first container is meant where none is named. Undefined where nothing runs. */
export function processOf(view: StoreView, endpoint: string): string | undefined {
  const [, kind, namespace, name = '', container] = /^(\w+)\/(?:([^/#]+)\/)?([^#]+)(?:#([^:]+).*)?$/.exec(endpoint) ?? [];
  if (kind !== 'pod') return endpoint;
  const pod = view.get('Pod', namespace, name);
  if (pod === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return undefined;
  const statuses = pod.status?.containerStatuses;
  const status = container === undefined ? statuses?.[0] : statuses?.find((one) => one.name === container);
  // Of a pod whose status was given nobody sees containers end.
  if (status === undefined) return pod.metadata.uid ?? '';
  return status.state.running === undefined ? undefined : `${pod.metadata.uid} ${status.name} ${status.restartCount}`;
}
