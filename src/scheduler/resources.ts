/**
 * What a pod requests (k8s.io/component-helpers/resource PodRequests): the sum over its containers and sidecars, or the largest init container where that is
 * more, plus overhead. CPU in milli, everything else in whole units. In scores a container without a request counts as 100m and 200 MB.
 * Left out: pod-level resources, resizing.
 */
import { isSidecar } from '../api/object/containers.js';
import { milliOf, unitsOf } from '../api/quantity.js';
import type { Container, PodSpec, Quantities } from '../api/types/core.js';

export interface Requests {
  readonly cpu: number;
  readonly memory: number;
  /** Whatever else is asked for, by name; undefined when nothing is. */
  readonly others: ReadonlyMap<string, number> | undefined;
  /** As scores see it. */
  readonly nonzeroCpu: number;
  readonly nonzeroMemory: number;
}

const CPU_UNSET = 100;
const MEMORY_UNSET = 200 * 1024 * 1024;

const known = new WeakMap<PodSpec, Requests>();

export function podRequests(spec: PodSpec): Requests {
  let requests = known.get(spec);
  if (requests === undefined) known.set(spec, (requests = computeRequests(spec)));
  return requests;
}

export function amount(quantities: Quantities | undefined, name: string): number {
  const text = quantities?.[name];
  return name === 'cpu' ? milliOf(text) : unitsOf(text);
}

function computeRequests(spec: PodSpec & { readonly overhead?: Quantities | undefined }): Requests {
  const names = new Set(['cpu', 'memory', ...Object.keys(spec.overhead ?? {})]);
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  for (const container of all) for (const name of Object.keys(container.resources?.requests ?? {})) names.add(name);
  const total = (name: string, unset: number): number => {
    const of = ({ resources }: Container): number => (resources?.requests?.[name] === undefined ? unset : amount(resources.requests, name));
    // An init container runs beside the sidecars that were started before it.
    let sidecars = 0;
    let most = 0;
    for (const container of spec.initContainers ?? []) {
      if (isSidecar(container)) sidecars += of(container);
      else most = Math.max(most, sidecars + of(container));
    }
    const running = spec.containers.reduce((sum, container) => sum + of(container), sidecars);
    return Math.max(running, most) + amount(spec.overhead, name);
  };
  const extra = [...names].filter((name) => name !== 'cpu' && name !== 'memory').sort();
  return {
    cpu: total('cpu', 0),
    memory: total('memory', 0),
    others: extra.length === 0 ? undefined : new Map(extra.map((name) => [name, total(name, 0)])),
    nonzeroCpu: total('cpu', CPU_UNSET),
    nonzeroMemory: total('memory', MEMORY_UNSET),
  };
}
