/**
 * A pod's own network namespace, as the bridge plug-in leaves it: eth0, one end of a veth whose other end is a port of the node's bridge,
 * the pod's address in the node's range, and routes through the bridge's address. Source: CNI plugins v1.9.1 plugins/main/bridge. A pod whose address
 * was set by hand outside the node's range gets it as a /32 (see cni/stray-pods.ts).
 */
import { memoByText } from '../base/memo.js';
import { type Cidr, cidrAddress, cidrContains } from '../base/cidr.js';
import { fnv1a32, hashMac } from '../base/hash.js';
import { formatIp, parseIp } from '../base/ip.js';
import { formatMac } from '../base/mac.js';
import type { Pod } from '../api/types/core.js';
import type { NetnsPlan } from '../plan/plan.js';
import { NETNS, type NodeContext } from './agent.js';
import { POD_SYSCTLS } from './sysctls.js';

/** The name of the node's end of a pod's veth: eight hex digits, random in reality. */
export function podVethName(namespace: string, pod: string): string {
  return `veth${fnv1a32(`${namespace}/${pod}`).toString(16).padStart(8, '0')}`;
}

/** The MAC of a device; one name space, one device, one MAC. */
export function deviceMac(netns: string, device: string): string {
  return macOfName(`${netns} ${device}`);
}

const macOfName = memoByText((name) => formatMac(hashMac(name)));

export interface PodLink {
  /** The node's range; its first address is the gateway. */
  readonly subnet: Cidr;
  readonly mtu: number;
  /** Further destinations by the gateway, e.g. the cluster's network, as the IPAM result lists them. */
  readonly routes: readonly string[];
  readonly defaultRoute: boolean;
}

export function podNetns(context: NodeContext, pod: Pod, link: PodLink): NetnsPlan {
  const namespace = pod.metadata.namespace ?? 'default';
  const netns = NETNS.pod(namespace, pod.metadata.name);
  const node = context.node.metadata.name;
  const veth = podVethName(namespace, pod.metadata.name);
  const address = pod.status?.podIP;
  const ip = address === undefined ? undefined : parseIp(address);
  const inRange = ip !== undefined && cidrContains(link.subnet, ip);
  const gateway = formatIp(cidrAddress(link.subnet, 1));
  const routes = [...link.routes, ...(link.defaultRoute ? ['default'] : [])].map((dst) => `${dst} via ${gateway} dev eth0`);
  return {
    sysctl: POD_SYSCTLS,
    links: [
      {
        name: 'eth0',
        kind: 'veth',
        mac: deviceMac(netns, 'eth0'),
        mtu: link.mtu,
        addr: address === undefined ? [] : [`${address}/${inRange ? link.subnet.length : 32}`],
        peer: { netns: NETNS.node(node), name: veth, mac: deviceMac(node, veth) },
      },
    ],
    routes: inRange ? routes : [`${gateway} dev eth0 scope link`, ...routes],
    rules: [],
    neigh: [],
    fdb: [],
    iptables: undefined,
    ip6tables: undefined,
  };
}

/** Of a pod that was given an address by hand where no plug-in would give it one: nothing but loopback. */
export function isolatedNetns(): NetnsPlan {
  return { sysctl: POD_SYSCTLS, links: [], routes: [], rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
}
