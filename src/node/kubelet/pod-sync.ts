/**
 * One look of the kubelet at one of its pods (pkg/kubelet/kubelet.go SyncPod): an address, its containers, their probes, the status. A pod that is
 * being deleted is stopped and then removed from the API; a process ends at once on SIGTERM, so that only a
 * preStop sleep takes time.
 */
import { familyOfText, firstOfEachFamily } from '../../base/ip-family.js';
import { isEqual } from '../../api/equal.js';
import type { ReconcileContext, Write } from '../../api/controller.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { isSidecar, runningContainers, runningStatuses } from '../../api/object/containers.js';
import { elapsedUs } from '../../api/object/elapsed.js';
import { refOf } from '../../api/object/key.js';
import { podIps } from '../../api/object/pod-ips.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Container, ContainerStatus, Pod } from '../../api/types/core.js';
import { probeContainer } from './container-probes.js';
import { created, exitContainer, podId, runContainer, type Turn } from './container-run.js';
import { intendedListeners, type Listener } from './listeners.js';
import { isNodeCache, refusesItsFlags } from '../dns/node-cache.js';
import type { HostSockets } from './host-sockets.js';
import { containerMemory, type PodMemory } from './memory.js';
import { podStatus } from './pod-status.js';

export interface PodTurn {
  readonly pod: Pod;
  readonly memory: PodMemory;
  readonly context: ReconcileContext;
  /** The node's own addresses, the InternalIP first. */
  readonly nodeAddresses: readonly string[];
  /** Asked once for a pod that needs an address. */
  readonly allocate: () => readonly string[];
  readonly hostSockets: () => HostSockets;
}

/** Writes for one pod; sets `memory.dueUs`. */
export function syncPod(turn: PodTurn): readonly Write[] {
  const { pod, memory } = turn;
  memory.dueUs = Infinity;
  if (pod.metadata.deletionTimestamp !== undefined) return stopPod(turn);
  if (memory.preset || isPodTerminal(pod)) return [];
  const writes: Write[] = [];
  const ips = addressesOf(turn, writes);
  const containers = ips.length === 0 ? runningContainers(pod.spec).map(created) : runContainers(turn, writes);
  const status = podStatus(pod, { ips, hostIPs: firstOfEachFamily(turn.nodeAddresses), containers }, turn.context.nowText);
  if (isEqual(status, pod.status)) {
    memory.written = pod.status;
    return writes;
  }
  memory.written = status;
  return [{ op: 'update-status', object: { ...pod, status } as Pod }, ...writes];
}

function addressesOf({ pod, memory, nodeAddresses, allocate }: PodTurn, writes: Write[]): readonly string[] {
  if (pod.spec.hostNetwork === true) return firstOfEachFamily(nodeAddresses);
  const known = podIps(pod);
  if (known.length > 0) return known;
  const ips = likeNode(allocate(), nodeAddresses);
  if (ips.length === 0 && !memory.saidNoAddress) {
    const message = `Failed to create pod sandbox: failed to setup network for sandbox of pod ${podId(pod)}: the network plug-in gave no address`;
    writes.push({ op: 'event', about: pod, type: 'Warning', reason: 'FailedCreatePodSandBox', message });
  }
  memory.saidNoAddress = ips.length === 0;
  return ips;
}

/** The family of the node's own first address comes first (sortPodIPs). */
function likeNode(ips: readonly string[], [first]: readonly string[]): readonly string[] {
  const family = first === undefined ? 'IPv4' : familyOfText(first);
  return firstOfEachFamily([...ips.filter((ip) => familyOfText(ip) === family), ...ips]);
}

/** Containers first, in their order; what they then listen on decides the probes; what a probe kills is restarted. */
function runContainers(turn: PodTurn, writes: Write[]): readonly ContainerStatus[] {
  const { pod } = turn;
  const all = runningContainers(pod.spec);
  const intended = intendedListeners(pod);
  const known = new Map((runningStatuses(pod) ?? []).map((status) => [status.name, status]));
  const statuses = new Map<string, ContainerStatus>();
  for (const { name } of all) {
    const status = known.get(name);
    if (status?.state.running !== undefined) statuses.set(name, status);
  }
  for (const container of all) {
    statuses.set(container.name, runOne(container, known.get(container.name), { turn, statuses, intended, writes }));
  }
  const listened = listenedTcp(intended, statuses);
  const killed = all.filter((container) => probeOne(container, { turn, statuses, listened, writes }));
  for (const container of killed) {
    statuses.set(container.name, runOne(container, statuses.get(container.name), { turn, statuses, intended, writes }));
    if (statuses.get(container.name)?.state.running !== undefined) probeOne(container, { turn, statuses, listened, writes });
  }
  if (pod.metadata.annotations?.[ANNOTATIONS.ready] === 'false')
    for (const [name, status] of statuses) statuses.set(name, { ...status, ready: false });
  return all.map((container) => statuses.get(container.name) ?? created(container));
}

interface RunScope {
  readonly turn: PodTurn;
  readonly statuses: Map<string, ContainerStatus>;
  readonly intended: readonly Listener[];
  readonly writes: Write[];
}

function runOne(
  container: Container,
  before: ContainerStatus | undefined,
  { turn, statuses, intended, writes }: RunScope,
): ContainerStatus {
  const { pod, memory, context } = turn;
  const { nowUs, nowText } = context;
  const portsFree = (): boolean => !conflicts(container.name, intended, statuses) && takesHostPorts(turn, container.name, intended);
  const run: Turn = { pod, sidecar: isSidecar(container), memory: containerMemory(memory, container.name), nowUs, nowText, portsFree };
  const result = runContainer(container, before, run);
  memory.dueUs = Math.min(memory.dueUs, result.dueUs);
  if (result.started)
    writes.push({ op: 'event', about: pod, type: 'Normal', reason: 'Started', message: `Started container ${container.name}` });
  if (result.backedOff) {
    const message = `Back-off restarting failed container ${container.name} in pod ${podId(pod)}`;
    writes.push({ op: 'event', about: pod, type: 'Warning', reason: 'BackOff', message });
  }
  return result.status;
}

/** Says whether the container was killed. */
function probeOne(
  container: Container,
  { turn, statuses, listened, writes }: Omit<RunScope, 'intended'> & { listened: ReadonlySet<number> },
): boolean {
  const { pod, memory, context } = turn;
  const status = statuses.get(container.name);
  if (status?.state.running === undefined) return false;
  const result = probeContainer(container, status, containerMemory(memory, container.name), listened, context.nowUs);
  memory.dueUs = Math.min(memory.dueUs, result.killedBy === undefined ? result.dueUs : Infinity);
  if (result.unreadyPort !== undefined) {
    const message = `Readiness probe failed: dial tcp port ${result.unreadyPort}: connect: connection refused`;
    writes.push({ op: 'event', about: pod, type: 'Warning', reason: 'Unhealthy', message });
  }
  if (result.killedBy === undefined) {
    statuses.set(container.name, result.status);
    return false;
  }
  const message = `Container ${container.name} failed ${result.killedBy} probe, will be restarted`;
  writes.push({ op: 'event', about: pod, type: 'Normal', reason: 'Killing', message });
  // 128 + SIGTERM: the process does not handle the signal.
  statuses.set(container.name, exitContainer(status, 143, context.nowText));
  return true;
}

/** Whether another running container of the pod holds a port this one wants. */
function conflicts(name: string, intended: readonly Listener[], statuses: ReadonlyMap<string, ContainerStatus>): boolean {
  const mine = intended.filter(({ container }) => container === name);
  return mine.some((want) =>
    intended.some((other) => {
      if (other.container === name || other.proto !== want.proto || other.port !== want.port) return false;
      return statuses.get(other.container)?.state.running !== undefined;
    }),
  );
}

/** On the host network the node's ports are everybody's; false where another has one of them, and of a program that does not like its flags. */
function takesHostPorts({ pod, hostSockets }: PodTurn, name: string, intended: readonly Listener[]): boolean {
  if (isNodeCache(pod) && refusesItsFlags(pod)) return false;
  if (pod.spec.hostNetwork !== true) return true;
  const wanted = intended.filter(({ container }) => container === name);
  const sockets = hostSockets();
  if (wanted.some((listener) => sockets.isTaken(pod, listener))) return false;
  for (const listener of wanted) sockets.take(pod, listener);
  return true;
}

function listenedTcp(intended: readonly Listener[], statuses: ReadonlyMap<string, ContainerStatus>): ReadonlySet<number> {
  const open = intended.filter(({ container, proto }) => proto === 'tcp' && statuses.get(container)?.state.running !== undefined);
  return new Set(open.map(({ port }) => port));
}

function stopPod({ pod, memory, context }: PodTurn): readonly Write[] {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const askedForUs = elapsedUs(deletionTimestamp, context.nowText) + deletionGracePeriodSeconds * 1_000_000;
  const leftUs = Math.min(preStopSeconds(runningContainers(pod.spec)), deletionGracePeriodSeconds) * 1_000_000 - askedForUs;
  const writes: Write[] = memory.stopping
    ? []
    : runningContainers(pod.spec)
        .filter(({ name }) => isRunning(pod, name))
        .map((container) => killing(pod, container));
  memory.stopping = true;
  if (leftUs > 0) memory.dueUs = context.nowUs + leftUs;
  else writes.push({ op: 'delete', ref: refOf(pod), force: true });
  return writes;
}

function killing(pod: Pod, { name }: Container): Write {
  return { op: 'event', about: pod, type: 'Normal', reason: 'Killing', message: `Stopping container ${name}` };
}

function isRunning(pod: Pod, name: string): boolean {
  return runningStatuses(pod)?.some((container) => container.name === name && container.state.running !== undefined) === true;
}

/** The longest `lifecycle.preStop.sleep`: until then the containers run on. */
function preStopSeconds(containers: readonly (Container & { lifecycle?: { preStop?: { sleep?: { seconds: number } } } })[]): number {
  return Math.max(0, ...containers.map((container) => container.lifecycle?.preStop?.sleep?.seconds ?? 0));
}
