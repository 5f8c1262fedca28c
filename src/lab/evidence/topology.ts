/** What a plan says of its devices, as far as evidence is read by it. */
import type { Plan } from '../../plan/plan.js';

export interface Topology {
  /** The bridge that a device is a port of. */
  masterOf(ns: string, device: string): string | undefined;
  isTunnel(ns: string, device: string): boolean;
  bridgeCalls(ns: string): boolean;
}

const TUNNELS: readonly string[] = ['vxlan', 'geneve', 'ipip', 'gre', 'gretap', 'sit', 'wireguard'];

export function topologyOf(plan: Plan): Topology {
  const link = (ns: string, device: string) => plan.netns[ns]?.links.find((one) => one.name === device);
  return {
    masterOf: (ns, device) => link(ns, device)?.master,
    isTunnel: (ns, device) => TUNNELS.includes(link(ns, device)?.kind ?? ''),
    bridgeCalls: (ns) => plan.netns[ns]?.sysctl['net.bridge.bridge-nf-call-iptables'] !== '0',
  };
}
