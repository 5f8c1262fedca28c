/**
 * What flanneld and the bridge plug-in it delegates to make on a node: cni0 with the pods' veths, flannel.1 for vxlan, and for every other node that has a
 * lease a route, with vxlan also its permanent neighbour and fdb entry; of IPv6 the same again, through flannel-v6.1. Source: flannel v0.28 pkg/backend/{vxlan,hostgw,alloc},
 * pkg/backend/route_network.go; the other tunnels are in backend/. A route through a node that is not directly connected cannot be installed (host-gw) or goes through the tunnel (DirectRouting).
 * The vxlan device's MAC is random in reality; here each node's is fixed, so that every node knows the others' without asking.
 */
import type { Cidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import { familyOf, familyOfText, hostRange, type IpFamily } from '../../../base/ip-family.js';
import type { LinkPlan } from '../../../plan/plan.js';
import type { NodeContext, NodeFragment } from '../../agent.js';
import { type ExternalInterface, externalInterface } from '../../node-address.js';
import { deviceMac } from '../../pod-netns.js';
import { bridgeLinks } from '../bridge-links.js';
import { externalMtu } from '../external-mtu.js';
import { strayPods, strayRoutes } from '../stray-pods.js';
import { IPIP_OVERHEAD, ipipBackend } from './backend/ipip.js';
import { UDP_OVERHEAD, udpBackend } from './backend/udp.js';
import { WIREGUARD_OVERHEAD, wireguardBackend } from './backend/wireguard.js';
import { type Lease, leases, type Peer, tunnelEntries } from './leases.js';
import type { FlannelConfig } from './net-conf.js';

const VXLAN_OVERHEAD = 50;
/** The outer header of IPv6 is twenty bytes longer; the kernel lowers the MTU of a device that leaves no room for it. */
const VXLAN6_OVERHEAD = 70;

/** `own` are the node's leases, one of a family. */
export function flannelLinksAndRoutes(context: NodeContext, config: FlannelConfig, own: readonly Cidr[]): NodeFragment {
  const mtu = podMtu(config, externalMtu(context));
  const bridge = bridgeLinks(context, { bridge: 'cni0', subnets: own, mtu, hairpin: config.hairpin, gateway: true });
  const fragments =
    config.backend === 'wireguard' ? [wireguard(context, config, own)] : own.map((lease) => ofFamily(context, config, lease));
  return {
    links: [...bridge, ...fragments.flatMap(({ links }) => links ?? [])],
    routes: [...fragments.flatMap(({ routes }) => routes ?? []), ...strayRoutes(context.view, context.node.metadata.name, 'cni0')],
    neigh: fragments.flatMap(({ neigh }) => neigh ?? []),
    fdb: fragments.flatMap(({ fdb }) => fdb ?? []),
    ...Object.assign({}, ...fragments.map(({ wg }) => (wg === undefined ? {} : { wg }))),
  };
}

/** What one lease needs, with the routes to pods of other nodes whose address was set by hand outside their node's range. */
function ofFamily(context: NodeContext, config: FlannelConfig, lease: Cidr): NodeFragment {
  const family = familyOf(lease.ip);
  const external = externalInterface(context, family);
  const fragment = backendFragment(context, config, lease, external);
  return { ...fragment, routes: [...(fragment.routes ?? []), ...remoteStrayRoutes(context, config, family, external)] };
}

function backendFragment(context: NodeContext, config: FlannelConfig, lease: Cidr, external: ExternalInterface): NodeFragment {
  const { port } = config;
  const family = familyOf(lease.ip);
  const network = config.networks[family] ?? '';
  const mtu = podMtu(config, external.mtu);
  switch (config.backend) {
    case 'vxlan':
      return vxlan(context, config, lease, external);
    case 'ipip': {
      const isDirectTo = (peer: Lease): boolean => isDirect(peer, config, external);
      return ipipBackend({ lease, mtu, external, peers: peersWithStrays(context, family), isDirect: isDirectTo });
    }
    case 'udp':
      return udpBackend({ network, lease, port, mtu, external, peers: peersWithStrays(context, family) });
    case 'wireguard':
      return {};
    case 'host-gw':
    case 'vpc':
    case 'alloc':
      return { routes: plainRoutes(context, config, family, external) };
  }
}

function wireguard(context: NodeContext, config: FlannelConfig, own: readonly Cidr[]): NodeFragment {
  const { networks, port, portV6, presharedKey, mode } = config;
  const mtu = podMtu(config, externalMtu(context));
  const peersOf = (family: IpFamily): readonly Peer[] => peersWithStrays(context, family);
  return wireguardBackend({ node: context.node.metadata.name, networks, leases: own, mode, port, portV6, presharedKey, mtu, peersOf });
}

function peersWithStrays(context: NodeContext, family: IpFamily): readonly Peer[] {
  const strays = strayPods(context.view).filter(({ ip }) => familyOfText(ip) === family);
  return peers(context, family).map((lease) => ({
    ...lease,
    strays: strays.flatMap(({ node, ip }) => (node === lease.node ? [hostRange(ip)] : [])),
  }));
}

function peers(context: NodeContext, family: IpFamily): readonly Lease[] {
  return leases(context.view.list('Node'), family).filter((lease) => lease.node !== context.node.metadata.name);
}

/** Whether the other node's pods are routed by its own address, without a tunnel. */
function isDirect(lease: Lease, config: FlannelConfig, external: ExternalInterface): boolean {
  const direct = config.directRouting && (config.backend === 'vxlan' || config.backend === 'ipip');
  return (config.backend === 'host-gw' || direct) && external.isOnLink(lease.address);
}

function plainRoutes(context: NodeContext, config: FlannelConfig, family: IpFamily, external: ExternalInterface): readonly string[] {
  if (config.backend !== 'host-gw' && !config.directRouting) return [];
  return peers(context, family)
    .filter((lease) => isDirect(lease, config, external))
    .map((lease) => directRoute(lease.subnet, lease, external));
}

function vxlan(context: NodeContext, config: FlannelConfig, lease: Cidr, external: ExternalInterface): NodeFragment {
  const family = familyOf(lease.ip);
  const device = vxlanLink(context, config, lease, external);
  const entries = tunnelEntries(context.view.list('Node'), family, device.name);
  const tunnelled = entries.filter((e) => e.lease.node !== context.node.metadata.name && !isDirect(e.lease, config, external));
  return {
    links: [device],
    routes: [...plainRoutes(context, config, family, external), ...tunnelled.map((entry) => entry.route)],
    neigh: tunnelled.map((entry) => entry.neigh),
    fdb: tunnelled.map((entry) => entry.fdb),
  };
}

function remoteStrayRoutes(context: NodeContext, config: FlannelConfig, family: IpFamily, external: ExternalInterface): readonly string[] {
  const strays = strayPods(context.view).filter(({ ip }) => familyOfText(ip) === family);
  if (strays.length === 0 || !(config.backend === 'host-gw' || config.backend === 'vxlan')) return [];
  const byNode = new Map(peers(context, family).map((lease) => [lease.node, lease]));
  return strays.flatMap(({ ip, node }) => {
    const lease = byNode.get(node);
    if (lease === undefined) return [];
    if (isDirect(lease, config, external)) return [directRoute(hostRange(ip), lease, external)];
    return config.backend === 'vxlan' ? [`${hostRange(ip)} via ${lease.vtep} dev ${vxlanName(config, family)} onlink`] : [];
  });
}

/** MTU of cni0, the pods, and the tunnel device. */
export function podMtu(config: FlannelConfig, externalMtu: number): number {
  switch (config.backend) {
    case 'vxlan':
      return (config.mtu ?? externalMtu) - VXLAN_OVERHEAD;
    case 'wireguard':
      return (config.mtu ?? externalMtu) - WIREGUARD_OVERHEAD;
    case 'ipip':
      return externalMtu - IPIP_OVERHEAD;
    case 'udp':
      return externalMtu - UDP_OVERHEAD;
    case 'host-gw':
    case 'vpc':
    case 'alloc':
      return externalMtu;
  }
}

function vxlanName({ vni }: FlannelConfig, family: IpFamily): string {
  return family === 'IPv6' ? `flannel-v6.${vni}` : `flannel.${vni}`;
}

function vxlanLink(context: NodeContext, config: FlannelConfig, lease: Cidr, external: ExternalInterface): LinkPlan {
  const family = familyOf(lease.ip);
  const name = vxlanName(config, family);
  const learning = config.learning ? 'learning' : 'nolearning';
  const mtu = podMtu(config, external.mtu);
  return {
    name,
    kind: 'vxlan',
    args: `id ${config.vni} local ${external.address} dev ${external.device} dstport ${config.port} ${learning}`,
    mac: deviceMac(context.node.metadata.name, name),
    mtu: family === 'IPv6' ? Math.min(mtu, external.mtu - VXLAN6_OVERHEAD) : mtu,
    addr: [hostRange(formatIp(lease.ip))],
  };
}

function directRoute(destination: string, lease: Lease, external: ExternalInterface): string {
  return `${destination} via ${lease.address} dev ${external.device}`;
}
