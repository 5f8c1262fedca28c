/**
 * The one place that says on which ports a pod's running containers listen: on the ports they declare (TCP unless said otherwise), or on
 * those of the annotation `hopspec.dev/listen`. All bind the wildcard address, so that of two containers of a pod on one port the
 * first that runs has it (bind(2): EADDRINUSE). A pod whose status was preset without container statuses runs all its containers.
 */
import { inputError } from '../../base/errors.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { runningContainers, runningStatuses } from '../../api/object/containers.js';
import type { Container, Pod, Protocol } from '../../api/types/core.js';

export interface Listener {
  readonly container: string;
  readonly proto: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
}

/** Sorted by container order, then as declared; no port twice. */
export function listeners(pod: Pod): readonly Listener[] {
  const statuses = runningStatuses(pod);
  const running = (name: string): boolean =>
    statuses === undefined || statuses.some((status) => status.name === name && status.state.running !== undefined);
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return [];
  const taken = new Set<string>();
  return intendedListeners(pod).filter((listener) => {
    const socket = `${listener.proto}:${listener.port}`;
    if (!running(listener.container) || taken.has(socket)) return false;
    taken.add(socket);
    return true;
  });
}

/** What every container would listen on if nothing hindered it. */
export function intendedListeners(pod: Pod): readonly Listener[] {
  const given = pod.metadata.annotations?.[ANNOTATIONS.listen];
  if (given !== undefined) return annotated(pod, given);
  return runningContainers(pod.spec).flatMap((container) => declared(container));
}

/** A declared port number of the container, by name or number; undefined for a name it does not declare. */
export function portOf(container: Container, port: number | string): number | undefined {
  return typeof port === 'number' ? port : container.ports?.find(({ name }) => name === port)?.containerPort;
}

function declared(container: Container): Listener[] {
  return (container.ports ?? []).map(({ containerPort, protocol = 'TCP' }) => ({
    container: container.name,
    proto: lower(protocol),
    port: containerPort,
  }));
}

function lower(protocol: Protocol): Listener['proto'] {
  return protocol === 'TCP' ? 'tcp' : protocol === 'UDP' ? 'udp' : 'sctp';
}

/** An entry belongs to the container that declares the port, else to the first one. */
function annotated(pod: Pod, text: string): Listener[] {
  const first = pod.spec.containers[0]?.name ?? '';
  const entries = text.split(',').map((entry) => entry.trim());
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => {
      const match = /^(tcp|udp|sctp):(\d{1,5})$/.exec(entry);
      const port = Number(match?.[2]);
      if (match === null || port < 1 || port > 65535) throw badEntry(pod, entry);
      const proto = match[1] as Listener['proto'];
      const owner = runningContainers(pod.spec).find((container) =>
        declared(container).some((one) => one.proto === proto && one.port === port),
      );
      return { container: owner?.name ?? first, proto, port };
    });
}

function badEntry(pod: Pod, entry: string): Error {
  const message = `annotation ${ANNOTATIONS.listen} of pod ${pod.metadata.name} has the entry "${entry}"`;
  return inputError('bad-listen-annotation', message, { fix: 'write entries such as tcp:8080 or udp:53, separated by commas' });
}
