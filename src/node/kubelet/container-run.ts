/**
 * A container's way from waiting to running and back (pkg/kubelet/kuberuntime): started in 0 virtual time, exits at once when a port it binds
 * is taken, restarted by restartPolicy: the first time at once, then after 10 s doubling to 300 s (CrashLoopBackOff), afresh when it
 * ran for 10 minutes. Left out: image pulls, lifecycle hooks, resource limits.
 */
import type { Container, ContainerStatus, Pod } from '../../api/types/core.js';
import { parseTimestamp } from '../../base/timestamp.js';
import type { ContainerMemory } from './memory.js';

const BACKOFF_FIRST_US = 10_000_000;
const BACKOFF_MAX_US = 300_000_000;
/** Starts of one container at one instant: the first and the immediate restart. */
const ATTEMPTS_MAX = 4;

export interface Turn {
  readonly pod: Pod;
  /** Always restarted, whatever the pod's restartPolicy. */
  readonly sidecar: boolean;
  readonly memory: ContainerMemory;
  readonly nowUs: number;
  readonly nowText: string;
  /** Whether a start would find its ports free. */
  readonly portsFree: () => boolean;
}

export interface RunResult {
  readonly status: ContainerStatus;
  /** When it is to be looked at again; Infinity: when something changes. */
  readonly dueUs: number;
  /** It was started (again) in this turn, and then runs. */
  readonly started: boolean;
  /** It began a back-off in this turn. */
  readonly backedOff: boolean;
}

export function runContainer(container: Container, before: ContainerStatus | undefined, turn: Turn): RunResult {
  let status = before ?? created(container);
  let started = false;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (status.state.running !== undefined) return { status, dueUs: Infinity, started, backedOff: false };
    if (!turn.sidecar && hasEnded(status, turn.pod)) return { status: notReady(status), dueUs: Infinity, started, backedOff: false };
    const dueUs = restartDueUs(status, turn);
    if (turn.nowUs < dueUs) return { status: waiting(status, turn), dueUs, started, backedOff: status.state.waiting === undefined };
    status = start(container, status, turn);
    started = true;
  }
  return { status: waiting(status, turn), dueUs: restartDueUs(status, turn), started, backedOff: true };
}

/** The container stops now with this exit code. */
export function exitContainer(status: ContainerStatus, exitCode: number, nowText: string): ContainerStatus {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { ...status, ready: false, started: false, state: { terminated: { exitCode, reason, finishedAt: nowText } } };
}

/** Not yet started, because the pod has no sandbox. */
export function created({ name, image }: Container): ContainerStatus {
  return {
    name,
    ready: false,
    started: false,
    restartCount: 0,
    ...(image === undefined ? {} : { image }),
    state: { waiting: { reason: 'ContainerCreating' } },
  };
}

/** Terminated, and restartPolicy lets it be so. */
export function hasEnded({ state }: ContainerStatus, { spec }: Pod): boolean {
  if (state.terminated === undefined || (spec.restartPolicy ?? 'Always') === 'Always') return false;
  return spec.restartPolicy === 'Never' || state.terminated.exitCode === 0;
}

function start(container: Container, before: ContainerStatus, turn: Turn): ContainerStatus {
  const { memory, nowUs, nowText } = turn;
  const last = before.state.terminated === undefined ? before.lastState : before.state;
  const isRestart = last !== undefined;
  if (isRestart) nextBackoff(memory, nowUs, finishedUs(before, turn));
  Object.assign(memory, { startedUs: nowUs, readiness: undefined, liveness: undefined, startup: undefined });
  const status: ContainerStatus = {
    ...created(container),
    restartCount: before.restartCount + (isRestart ? 1 : 0),
    state: { running: { startedAt: nowText } },
    ...(last === undefined ? {} : { lastState: last }),
  };
  return turn.portsFree() ? status : exitContainer(status, 1, nowText);
}

/** As client-go's flowcontrol.Backoff: Next, with its reset after twice the maximum. */
function nextBackoff(memory: ContainerMemory, nowUs: number, endUs: number): void {
  const fresh = memory.backoffUs === undefined || endUs - memory.lastRestartUs > 2 * BACKOFF_MAX_US;
  memory.backoffUs = fresh ? BACKOFF_FIRST_US : Math.min((memory.backoffUs ?? 0) * 2, BACKOFF_MAX_US);
  memory.lastRestartUs = nowUs;
}

function restartDueUs(status: ContainerStatus, turn: Turn): number {
  const { memory } = turn;
  if (lastEnd(status) === undefined || memory.backoffUs === undefined) return turn.nowUs;
  const endUs = finishedUs(status, turn);
  return endUs - memory.lastRestartUs > 2 * BACKOFF_MAX_US ? turn.nowUs : endUs + memory.backoffUs;
}

function lastEnd({ state, lastState }: ContainerStatus): ContainerStatus['state']['terminated'] {
  return state.terminated ?? lastState?.terminated;
}

/** Virtual µs at which the last run ended; now when nothing says so. */
function finishedUs(status: ContainerStatus, { nowUs, nowText }: Turn): number {
  const text = lastEnd(status)?.finishedAt;
  const end = text === undefined ? undefined : parseTimestamp(text);
  const now = parseTimestamp(nowText);
  return end === undefined || now === undefined ? nowUs : Math.min(nowUs, nowUs - (now - end));
}

function waiting(status: ContainerStatus, { pod, memory }: Turn): ContainerStatus {
  const seconds = (memory.backoffUs ?? 0) / 1_000_000;
  const delay = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const message = `back-off ${delay} restarting failed container=${status.name} pod=${podId(pod)}`;
  const lastState = status.state.terminated === undefined ? status.lastState : { terminated: status.state.terminated };
  return {
    ...status,
    ready: false,
    started: false,
    state: { waiting: { reason: 'CrashLoopBackOff', message } },
    ...(lastState === undefined ? {} : { lastState }),
  };
}

function notReady(status: ContainerStatus): ContainerStatus {
  return status.ready || status.started === true ? { ...status, ready: false, started: false } : status;
}

/** `name_namespace(uid)`, as the kubelet formats a pod. */
export function podId({ metadata }: Pod): string {
  return `${metadata.name}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
}
