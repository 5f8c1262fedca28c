/**
 * The ports a pod takes on its node: hostPort, and with hostNetwork every declared port. Two pods of one node cannot have the same port, protocol
 * and address (pkg/scheduler/framework/plugins/nodeports; the kubelet asks the same question again).
 */
import { runningContainers } from './containers.js';
import type { PodSpec } from '../types/core.js';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY = '0.0.0.0';
const known = new WeakMap<PodSpec, readonly HostPort[]>();

export function hostPorts(spec: PodSpec): readonly HostPort[] {
  let ports = known.get(spec);
  if (ports !== undefined) return ports;
  const declared = runningContainers(spec).flatMap((container) => container.ports ?? []);
  ports = declared.flatMap(({ hostPort, hostIP, protocol = 'TCP', containerPort }) => {
    const port = hostPort || (spec.hostNetwork === true ? containerPort : 0);
    return port > 0 ? [{ ip: hostIP || ANY, protocol, port }] : [];
  });
  known.set(spec, ports);
  return ports;
}

export function hostPortsClash(wanted: readonly HostPort[], spec: PodSpec): boolean {
  return wanted.length > 0 && hostPorts(spec).some((used) => wanted.some((want) => clashes(want, used)));
}

function clashes(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);
}
