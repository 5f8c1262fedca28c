/**
 * What the API server adds to every new Pod, whoever makes it: the defaults that pod templates do not get (requests from limits,
 * enableServiceLinks; `pkg/apis/core/v1/defaults.go`), and the admission plug-ins Priority, ServiceAccount and DefaultTolerationSeconds of Kubernetes
 * v1.34. Left out: the service account's token volume, LimitRanger, PodSecurity, RuntimeClass.
 */
import { forbidden } from '../refusal.js';
import type { Container, Pod, PodSpec, PodStatus, Quantities, Toleration } from '../types/core.js';

const TOLERATION_SECONDS = 300;

export function admitPod(pod: Pod): Pod {
  const spec: PodSpec = pod.spec;
  const extra: Record<string, unknown> = {
    containers: withRequests(spec.containers),
    tolerations: withDefaultTolerations(spec.tolerations),
    priority: priorityOf(pod),
    schedulerName: spec.schedulerName ?? 'default-scheduler',
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
  };
  if (spec.initContainers !== undefined) extra['initContainers'] = withRequests(spec.initContainers);
  for (const [field, value] of ADMITTED) if ((spec as unknown as Record<string, unknown>)[field] === undefined) extra[field] = value;
  return { ...pod, spec: { ...spec, ...extra }, status: statusOf(pod.status) };
}

/** A preset status with an address is that of a pod that runs, unless it says otherwise. */
function statusOf(preset: PodStatus | undefined): PodStatus {
  return { phase: preset?.podIP === undefined ? 'Pending' : 'Running', ...preset };
}

/** The two classes that every cluster has; PriorityClass objects are not modelled. */
const PRIORITIES: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 };

function priorityOf({ spec, metadata }: Pod): number {
  const name = (spec as PodSpec & { priorityClassName?: string }).priorityClassName;
  if (!name) return spec.priority ?? 0;
  const priority = PRIORITIES[name] ?? spec.priority;
  if (priority === undefined) throw forbidden('Pod', metadata.name, `no PriorityClass with name ${name} was found`);
  return priority;
}

/** Fields that nothing modelled reads, present because a real server shows them. */
const ADMITTED: readonly (readonly [string, unknown])[] = [
  ['enableServiceLinks', true],
  ['preemptionPolicy', 'PreemptLowerPriority'],
  ['serviceAccountName', 'default'],
  ['serviceAccount', 'default'],
];

/** A limit without a request is also the request. */
function withRequests(containers: readonly Container[]): readonly Container[] {
  if (containers.every(({ resources }) => resources?.limits === undefined)) return containers;
  return containers.map((container) => {
    const { limits, requests } = container.resources ?? {};
    if (limits === undefined) return container;
    const all: Quantities = { ...limits, ...requests };
    return { ...container, resources: { ...container.resources, requests: all } };
  });
}

const DEFAULT_TOLERATIONS: readonly Toleration[] = ['not-ready', 'unreachable'].map((what) => ({
  key: `node.kubernetes.io/${what}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: TOLERATION_SECONDS,
}));

function withDefaultTolerations(own: readonly Toleration[] = []): readonly Toleration[] {
  const missing = DEFAULT_TOLERATIONS.filter((wanted) => !own.some((toleration) => covers(toleration, wanted.key)));
  if (missing.length === 0) return own;
  return own.length === 0 ? missing : [...own, ...missing];
}

function covers({ key, effect }: Toleration, wanted: string | undefined): boolean {
  return (key === wanted || !key) && (effect === 'NoExecute' || !effect);
}
