/**
 * What a kubelet knows that no API object says, and a real one keeps in memory or on the node's disk: which pods it started, when each
 * container is to be restarted, how its probes went, and the address its IPAM gave last.
 */
import type { Pod, PodStatus } from '../../api/types/core.js';
import type { ProbeState } from './probe.js';

export interface ContainerMemory {
  startedUs: number;
  /** The present back-off; undefined before the first restart. */
  backoffUs: number | undefined;
  lastRestartUs: number;
  readiness: ProbeState | undefined;
  liveness: ProbeState | undefined;
  startup: ProbeState | undefined;
}

export interface PodMemory {
  /** Its status was written by somebody else before the kubelet saw it: it is left as it is. */
  readonly preset: boolean;
  readonly containers: Map<string, ContainerMemory>;
  /** The pod as it was when last looked at, and the status then written. */
  pod: Pod | undefined;
  written: PodStatus | undefined;
  /** When something happens to it without a change from outside. */
  dueUs: number;
  /** The node has taken it; a preset one counts as taken. */
  admitted: boolean;
  /** Its containers have been told to stop. */
  stopping: boolean;
  /** The event about a missing address has been sent. */
  saidNoAddress: boolean;
}

export function newPodMemory(pod: Pod): PodMemory {
  const preset = pod.status?.podIP !== undefined;
  return {
    preset,
    admitted: preset,
    containers: new Map(),
    pod: undefined,
    written: undefined,
    dueUs: Infinity,
    stopping: false,
    saidNoAddress: false,
  };
}

export function containerMemory(memory: PodMemory, name: string): ContainerMemory {
  let found = memory.containers.get(name);
  if (found === undefined) {
    found = { startedUs: 0, backoffUs: undefined, lastRestartUs: 0, readiness: undefined, liveness: undefined, startup: undefined };
    memory.containers.set(name, found);
  }
  return found;
}

/** Whether nothing the kubelet reads has changed since it last looked, and nothing has fallen due. */
export function isAtRest(memory: PodMemory, pod: Pod, nowUs: number): boolean {
  const { pod: seen } = memory;
  if (seen === undefined || nowUs >= memory.dueUs || pod.spec !== seen.spec) return false;
  // An address may have become free.
  if (memory.saidNoAddress) return false;
  if (pod.metadata.deletionTimestamp !== seen.metadata.deletionTimestamp) return false;
  return pod.metadata.annotations === seen.metadata.annotations && pod.status === (memory.written ?? seen.status);
}
