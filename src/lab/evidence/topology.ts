/** What a plan says of its devices, as far as evidence is read by it. */
import type { LinkPlan, Plan } from '../../plan/plan.js';

export interface Topology {
  /** The bridge that a device is a port of. */
  masterOf(ns: string, device: string): string | undefined;
  /** The other end of a veth, as `namespace device`. */
  peerOf(ns: string, device: string): string | undefined;
  isTunnel(ns: string, device: string): boolean;
  isWireguard(ns: string, device: string): boolean;
  /** Whether bridged packets of that family cross iptables or ip6tables. */
  bridgeCalls(ns: string, six: boolean): boolean;
  /** Undefined where the kernel chooses it by what lies below. */
  mtuOf(ns: string, device: string): number | undefined;
}

const MTU_ETHERNET = 1500;
const MTU_LOOPBACK = 65536;
const TUNNELS: readonly string[] = ['vxlan', 'geneve', 'ipip', 'gre', 'gretap', 'sit', 'wireguard', 'tun'];

export function topologyOf(plan: Plan): Topology {
  const link = (ns: string, device: string) => plan.netns[ns]?.links.find((one) => one.name === device);
  const peers = new Map<string, string>();
  for (const [ns, netns] of Object.entries(plan.netns)) {
    for (const { name, peer } of netns.links) {
      if (peer === undefined) continue;
      peers.set(`${ns} ${name}`, `${peer.netns} ${peer.name}`);
      peers.set(`${peer.netns} ${peer.name}`, `${ns} ${name}`);
    }
  }
  return {
    peerOf: (ns, device) => peers.get(`${ns} ${device}`),
    masterOf: (ns, device) => link(ns, device)?.master,
    isTunnel: (ns, device) => TUNNELS.includes(link(ns, device)?.kind ?? ''),
    isWireguard: (ns, device) => link(ns, device)?.kind === 'wireguard',
    mtuOf: (ns, device) => mtuOf(link(ns, device), device),
    bridgeCalls: (ns, six) => plan.netns[ns]?.sysctl[`net.bridge.bridge-nf-call-${six ? 'ip6tables' : 'iptables'}`] !== '0',
  };
}

function mtuOf(link: LinkPlan | undefined, device: string): number | undefined {
  if (link?.mtu !== undefined) return link.mtu;
  if (device === 'lo') return MTU_LOOPBACK;
  return link === undefined || link.kind === 'veth' || link.kind === 'bridge' || link.kind === 'dummy' ? MTU_ETHERNET : undefined;
}
