/**
 * A pod's own network namespace, as the bridge plug-in leaves it: eth0, one end of a veth whose other end is a port of the node's bridge,
 * the pod's addresses in the node's ranges, and routes through the bridge's addresses. Source: CNI plugins v1.9.1 plugins/main/bridge. A pod whose address
 * was set by hand outside the node's range gets it as a range of its own (see cni/stray-pods.ts).
 */
import { memoByText } from '../base/memo.js';
import { type Cidr, cidrAddress, cidrContains } from '../base/cidr.js';
import { fnv1a32, hashMac } from '../base/hash.js';
import { formatIp, parseIp } from '../base/ip.js';
import { familyOf, familyOfText, hostRange, type IpFamily } from '../base/ip-family.js';
import { formatMac } from '../base/mac.js';
import type { ClusterSpec } from '../api/cluster.js';
import { podIps } from '../api/object/pod-ips.js';
import type { Pod } from '../api/types/core.js';
import type { NetnsPlan } from '../plan/plan.js';
import { NETNS, type NodeContext } from './agent.js';
import { podSysctls } from './sysctls.js';

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
  /** The node's ranges, one of a family; the first address of each is the gateway. */
  readonly subnets: readonly Cidr[];
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
  const homes = podIps(pod).flatMap((text) => homeOf(text, link.subnets));
  return {
    sysctl: podSysctls(context.cluster),
    links: [
      {
        name: 'eth0',
        kind: 'veth',
        mac: deviceMac(netns, 'eth0'),
        mtu: link.mtu,
        addr: homes.map(({ address }) => address),
        peer: { netns: NETNS.node(node), name: veth, mac: deviceMac(node, veth) },
      },
    ],
    routes: homes.flatMap((home) => routesOf(home, link)),
    rules: [],
    neigh: [],
    fdb: [],
    iptables: undefined,
    ip6tables: undefined,
  };
}

/** One address of a pod, with its length, and where it is at home. */
interface Home {
  readonly address: string;
  readonly gateway: string;
  readonly family: IpFamily;
  readonly inRange: boolean;
}

/** Nothing where the node has no range of that family. */
function homeOf(text: string, subnets: readonly Cidr[]): readonly Home[] {
  const ip = parseIp(text);
  const subnet = ip === undefined ? undefined : subnets.find((one) => familyOf(one.ip) === familyOf(ip));
  if (ip === undefined || subnet === undefined) return [];
  const inRange = cidrContains(subnet, ip);
  const gateway = formatIp(cidrAddress(subnet, 1));
  return [{ address: inRange ? `${text}/${subnet.length}` : hostRange(text), gateway, family: familyOf(ip), inRange }];
}

function routesOf({ gateway, family, inRange }: Home, { routes, defaultRoute }: PodLink): readonly string[] {
  const far = [...routes.filter((route) => familyOfText(route) === family), ...(defaultRoute ? ['default'] : [])];
  const ways = far.map((dst) => `${dst} via ${gateway} dev eth0`);
  return inRange ? ways : [`${gateway} dev eth0 scope link`, ...ways];
}

/** Of a pod that was given an address by hand where no plug-in would give it one: nothing but loopback. */
export function isolatedNetns(cluster: ClusterSpec): NetnsPlan {
  return { sysctl: podSysctls(cluster), links: [], routes: [], rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
}
