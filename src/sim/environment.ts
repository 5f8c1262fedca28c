/**
 * The environment of a pod's containers: made by the kubelet out of the API as it was when each was started, and not again until it is restarted. When that
 * was, the versions of the pod say. A pod that was applied with a status of its own was started before anything was watched.
 */
import { inputError, unsupported } from '../base/errors.js';
import { runningContainers, runningStatuses } from '../api/object/containers.js';
import { refOf } from '../api/object/key.js';
import type { Container, Pod } from '../api/types/core.js';
import type { AnyView } from '../api/store-view.js';
import { containerEnvironment, type Variable } from '../node/kubelet/environment/container-environment.js';
import { findObject, wantedName } from './lookup.js';
import type { Simulation } from './simulation.js';

export interface StartedContainer {
  readonly container: Container;
  /** Undefined: it does not run. */
  readonly environment: ReadonlyMap<string, Variable> | undefined;
  /** The API as it was when it was started. */
  readonly view: AnyView | undefined;
}

/** Of every container, in the order in which they start, or of one. */
export function startedContainers(simulation: Simulation, pod: Pod, name?: string): readonly StartedContainer[] {
  const all = runningContainers(pod.spec);
  const wanted = name === undefined ? all : all.filter((container) => container.name === name);
  if (wanted.length === 0) {
    throw inputError('unknown-container', `pod ${pod.metadata.name} has no container "${name}"`, {
      fix: `its containers: ${all.map((container) => container.name).join(', ')}`,
    });
  }
  return wanted.map((container) => startedContainer(simulation, pod, container));
}

function startedContainer({ store }: Simulation, pod: Pod, container: Container): StartedContainer {
  const startOf = (version: Pod): string | undefined => {
    const status = runningStatuses(version)?.find((one) => one.name === container.name);
    return status?.state.running === undefined ? undefined : `${status.restartCount} ${status.state.running.startedAt}`;
  };
  const now = startOf(pod);
  if (now === undefined && runningStatuses(pod) !== undefined) return { container, environment: undefined, view: undefined };
  const since = store.since(refOf(pod), (version) => startOf(version as Pod) === now);
  if (now === undefined || since === undefined || since.isFirst) {
    throw unsupported(
      'preset-environment',
      `pod ${pod.metadata.name} came with a status of its own: when its containers were started is not known`,
    );
  }
  // What the kubelet had seen when it wrote that the container runs.
  const view = store.view(since.revision - 1);
  return { container, environment: containerEnvironment(view, since.object as Pod, container), view };
}

/** By container, by name; `pod` is `namespace/name`, or a name of the current namespace. What is left to chance or not modelled throws. */
export function environmentOf(
  simulation: Simulation,
  pod: string,
  container?: string,
): Readonly<Record<string, Readonly<Record<string, string>> | null>> {
  const found = findObject(simulation.view(), 'Pod', wantedName(pod), simulation.namespace);
  const texts = startedContainers(simulation, found, container).map(({ container: { name }, environment }) => {
    if (environment === undefined) return [name, null] as const;
    return [name, Object.fromEntries([...environment].map(([variable, value]) => [variable, onlyValue(variable, value)]))] as const;
  });
  return Object.fromEntries(texts);
}

function onlyValue(name: string, { values, unknown, from }: Variable): string {
  if (unknown !== undefined) throw unknown;
  const [value = '', other] = values;
  if (other === undefined) return value;
  throw unsupported('variable-by-chance', `which "${name}" holds is left to chance: ${from.join(' and ')} give one each`);
}
