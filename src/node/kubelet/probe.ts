/**
 * Probes on virtual time (pkg/kubelet/prober/worker.go): asked first after initialDelaySeconds, then every periodSeconds; successThreshold or
 * failureThreshold answers in a row turn the verdict. Nothing is asked in vain: what a probe finds changes only when a listener
 * does, so the instants at which the verdict turns are computed. A port that is listened on answers TCP, HTTP (with 200) and gRPC
 * probes; an exec probe passes. Left out: timeouts, and the random delay after a kubelet's own restart.
 */
import type { Container, Probe } from '../../api/types/core.js';
import { portOf } from './listeners.js';

/** Fields of a Probe that the API has and the shared type may not name. */
interface FullProbe extends Probe {
  readonly successThreshold?: number | undefined;
  readonly grpc?: { readonly port: number } | undefined;
}

export interface ProbeState {
  /** The first instant at which it is asked. */
  readonly firstUs: number;
  /** What it would find now, and since when. */
  readonly passing: boolean;
  readonly sinceUs: number;
  readonly verdict: boolean;
  /** When the verdict turns if nothing changes; Infinity: never. */
  readonly turnsUs: number;
}

/** The delay counts from the container's start; before `notBeforeUs` (its startup probe has to pass) nothing is asked. */
export function beginProbe(
  probe: Probe,
  verdict: boolean,
  passing: boolean,
  startedUs: number,
  notBeforeUs: number = startedUs,
): ProbeState {
  const firstUs = Math.max(startedUs + (probe.initialDelaySeconds ?? 0) * 1_000_000, notBeforeUs);
  return withTurn(probe, { firstUs, passing, sinceUs: notBeforeUs, verdict, turnsUs: Infinity });
}

/** The state at `now`: a verdict that is due is turned, a change of what is found noted. */
export function askProbe(probe: Probe, before: ProbeState, passing: boolean, nowUs: number): ProbeState {
  const turned = nowUs >= before.turnsUs ? { ...before, verdict: before.passing } : before;
  const noted = passing === turned.passing ? turned : { ...turned, passing, sinceUs: nowUs };
  const next = withTurn(probe, noted);
  return nowUs >= next.turnsUs ? withTurn(probe, { ...next, verdict: next.passing }) : next;
}

/** The TCP port a probe asks; undefined for exec, which needs none. A name that no port has is 0, which nobody listens on. */
export function probedPort(probe: FullProbe, container: Container): number | undefined {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  return port === undefined ? undefined : (portOf(container, port) ?? 0);
}

function withTurn(probe: FullProbe, state: ProbeState): ProbeState {
  if (state.passing === state.verdict) return { ...state, turnsUs: Infinity };
  const periodUs = (probe.periodSeconds ?? 10) * 1_000_000;
  const threshold = state.passing ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  const late = Math.max(0, Math.ceil((state.sinceUs - state.firstUs) / periodUs));
  return { ...state, turnsUs: state.firstUs + (late + threshold - 1) * periodUs };
}
