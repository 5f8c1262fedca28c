/** NodePorts: two pods of one node cannot have the same host port, protocol and address (pkg/scheduler/framework/plugins/nodeports). */
import type { Pod, PodSpec } from '../../api/types/core.js';
import { type Plugin, rejected } from '../plugin.js';

const REJECTION = rejected("node(s) didn't have free ports for the requested pod ports");

interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export const nodePorts: Plugin = {
  name: 'NodePorts',
  weight: 0,
  filter({ spec }) {
    const wanted = hostPorts(spec);
    if (wanted.length === 0) return undefined;
    return ({ pods }) => (pods.some((pod) => conflict(wanted, pod)) ? REJECTION : undefined);
  },
};

const known = new WeakMap<PodSpec, readonly HostPort[]>();

/** With hostNetwork every declared port is a host port. */
function hostPorts(spec: PodSpec): readonly HostPort[] {
  let ports = known.get(spec);
  if (ports !== undefined) return ports;
  const declared = spec.containers.flatMap((container) => container.ports ?? []);
  ports = declared.flatMap(({ hostPort, hostIP, protocol = 'TCP', containerPort }) => {
    const port = hostPort || (spec.hostNetwork === true ? containerPort : 0);
    return port > 0 ? [{ ip: hostIP || '0.0.0.0', protocol, port }] : [];
  });
  known.set(spec, ports);
  return ports;
}

function conflict(wanted: readonly HostPort[], pod: Pod): boolean {
  return hostPorts(pod.spec).some((used) => wanted.some((want) => clashes(want, used)));
}

function clashes(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}
