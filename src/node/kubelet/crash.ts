/**
 * A fault: the process of a container dies by itself. The pod as it is then to be written, status and all; the kubelet does the rest by
 * restartPolicy and back-off.
 */
import { inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { Pod } from '../../api/types/core.js';
import { exitContainer } from './container-run.js';

/** `container` absent: the first. Throws InputError when it does not run. */
export function crashContainer(pod: Pod, container: string | undefined, nowText: string, exitCode = 1): Pod {
  const statuses = pod.status?.containerStatuses ?? [];
  const name = container ?? statuses[0]?.name ?? '';
  const running = statuses.filter(({ state }) => state.running !== undefined).map((status) => status.name);
  if (!running.includes(name)) throw notRunning(pod, name, running);
  const containerStatuses = statuses.map((status) => (status.name === name ? exitContainer(status, exitCode, nowText) : status));
  return { ...pod, status: { ...pod.status, containerStatuses } };
}

function notRunning(pod: Pod, name: string, running: readonly string[]): Error {
  const close = nearest(name, running);
  const fix = close === undefined ? `containers that run: ${running.join(', ') || 'none'}` : `did you mean ${close}?`;
  return inputError('container-not-running', `container ${name} of pod ${pod.metadata.name} does not run`, { fix });
}
