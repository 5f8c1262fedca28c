/**
 * The containers of a pod that run side by side: sidecars (init containers with restartPolicy Always, started first and kept running) and the
 * containers proper. Other init containers end before anything else starts.
 */
import type { Container, ContainerStatus, Pod, PodSpec } from '../types/core.js';

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** In the order in which they start. */
export function runningContainers({ initContainers, containers }: PodSpec): readonly Container[] {
  return initContainers === undefined ? containers : [...initContainers.filter(isSidecar), ...containers];
}

/** The statuses of both; undefined when the pod has none yet. */
export function runningStatuses({ status }: Pod): readonly ContainerStatus[] | undefined {
  const { initContainerStatuses, containerStatuses } = status ?? {};
  return initContainerStatuses === undefined ? containerStatuses : [...initContainerStatuses, ...(containerStatuses ?? [])];
}
