/**
 * A pod's phase and conditions from its containers (pkg/kubelet/kubelet_pods.go getPhase, pkg/kubelet/status/generate.go).
 * Init containers end at once and well, and have no status; sidecars have one.
 */
import { withCondition } from '../../api/object/condition.js';
import { isSidecar } from '../../api/object/containers.js';
import type { ContainerStatus, Pod, PodStatus } from '../../api/types/core.js';
import type { Condition } from '../../api/types/meta.js';
import { hasEnded } from './container-run.js';

export interface PodFacts {
  readonly ips: readonly string[];
  readonly hostIPs: readonly string[];
  readonly containers: readonly ContainerStatus[];
}

export function podStatus(pod: Pod, facts: PodFacts, nowText: string): PodStatus {
  const { ips, hostIPs, containers } = facts;
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const own = containers.filter(({ name }) => !sidecars.has(name));
  const phase = phaseOf(pod, own);
  return {
    ...pod.status,
    phase,
    conditions: conditions(pod, facts, phase, nowText),
    ...(hostIPs.length === 0 ? {} : { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(ips.length === 0 ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: pod.status?.startTime ?? nowText,
    containerStatuses: own,
    ...(sidecars.size === 0 ? {} : { initContainerStatuses: containers.filter(({ name }) => sidecars.has(name)) }),
  };
}

function phaseOf(pod: Pod, containers: readonly ContainerStatus[]): NonNullable<PodStatus['phase']> {
  if (containers.some(({ state, lastState }) => state.waiting !== undefined && lastState?.terminated === undefined)) return 'Pending';
  if (!containers.every((status) => hasEnded(status, pod))) return 'Running';
  return containers.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

function conditions(pod: Pod, { ips, containers }: PodFacts, phase: string, nowText: string): readonly Condition[] {
  const over = phase === 'Succeeded' || phase === 'Failed';
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const readiness = readinessOf(over, phase, unready);
  let all = ORDER.flatMap((type) => (pod.status?.conditions ?? []).filter((condition) => condition.type === type));
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: ips.length > 0 && !over ? 'True' : 'False' },
    { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  for (const condition of wanted) all = [...withCondition(all, condition, nowText)];
  const known = new Set<string>(ORDER);
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !known.has(type));
  return [...ORDER.flatMap((type) => all.filter((condition) => condition.type === type)), ...foreign];
}

const ORDER = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;

function readinessOf(over: boolean, phase: string, unready: readonly string[]): Omit<Condition, 'type'> {
  if (over) return { status: 'False', reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' };
  if (unready.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}
