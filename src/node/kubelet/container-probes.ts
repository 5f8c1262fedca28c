/**
 * What the three probes of one running container make of it: the startup probe holds back the others, the readiness probe decides `ready`,
 * a failed startup or liveness probe kills it (pkg/kubelet/prober). A container without probes is ready as soon as it runs.
 */
import type { Container, ContainerStatus, Probe } from '../../api/types/core.js';
import type { ContainerMemory } from './memory.js';
import { askProbe, beginProbe, probedPort, type ProbeState } from './probe.js';

export interface ProbeResult {
  readonly status: ContainerStatus;
  /** When a verdict turns; Infinity: never, as things are. */
  readonly dueUs: number;
  /** The probe because of which the container has to die. */
  readonly killedBy: 'startup' | 'liveness' | undefined;
  /** The readiness verdict fell, or the first answer was no. */
  readonly unreadyPort: number | undefined;
}

/** `listened`: TCP ports that the pod's running containers listen on. */
export function probeContainer(
  container: Container,
  status: ContainerStatus,
  memory: ContainerMemory,
  listened: ReadonlySet<number>,
  nowUs: number,
): ProbeResult {
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const passes = (probe: Probe): boolean => {
    const port = probedPort(probe, container);
    return port === undefined || listened.has(port);
  };
  const notBeforeUs = startupProbe === undefined ? memory.startedUs : nowUs;
  const ask = (probe: Probe | undefined, state: ProbeState | undefined, verdict: boolean): ProbeState | undefined => {
    if (probe === undefined) return undefined;
    return askProbe(probe, state ?? beginProbe(probe, verdict, passes(probe), memory.startedUs, notBeforeUs), passes(probe), nowUs);
  };
  memory.startup = askStartup(startupProbe, memory, passes, nowUs);
  if (startupProbe !== undefined && memory.startup?.verdict !== true) {
    const killUs = startupKillUs(startupProbe, memory);
    const dueUs = Math.min(memory.startup?.turnsUs ?? Infinity, killUs);
    return {
      status: { ...status, started: false, ready: false },
      dueUs,
      killedBy: nowUs >= killUs ? 'startup' : undefined,
      unreadyPort: undefined,
    };
  }
  memory.liveness = ask(livenessProbe, memory.liveness, true);
  const before = memory.readiness;
  memory.readiness = ask(readinessProbe, before, false);
  const ready = memory.readiness?.verdict ?? true;
  const dueUs = Math.min(memory.liveness?.turnsUs ?? Infinity, memory.readiness?.turnsUs ?? Infinity);
  const fell = before === undefined ? memory.readiness !== undefined && !memory.readiness.passing : before.verdict && !ready;
  return {
    status: { ...status, started: true, ready },
    dueUs,
    killedBy: memory.liveness?.verdict === false ? 'liveness' : undefined,
    unreadyPort: fell && readinessProbe !== undefined ? probedPort(readinessProbe, container) : undefined,
  };
}

/** Once it has passed it is asked no more. */
function askStartup(
  probe: Probe | undefined,
  memory: ContainerMemory,
  passes: (probe: Probe) => boolean,
  nowUs: number,
): ProbeState | undefined {
  if (probe === undefined || memory.startup?.verdict === true) return memory.startup;
  return askProbe(probe, memory.startup ?? beginProbe(probe, false, passes(probe), memory.startedUs), passes(probe), nowUs);
}

/** When failureThreshold answers have been no. */
function startupKillUs(probe: Probe, { startup, startedUs }: ContainerMemory): number {
  if (startup === undefined || startup.passing) return Infinity;
  const periodUs = (probe.periodSeconds ?? 10) * 1_000_000;
  return Math.max(startup.firstUs, startedUs) + ((probe.failureThreshold ?? 3) - 1) * periodUs;
}
