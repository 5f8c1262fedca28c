/**
 * What flanneld and the bridge plug-in it delegates to make on a node: cni0 with the pods' veths, flannel.1 for vxlan, and for every other node that has a
 * lease a route, with vxlan also its permanent neighbour and fdb entry. Source: flannel v0.28 pkg/backend/{vxlan,hostgw,alloc},
 * pkg/backend/route_network.go; the other tunnels are in backend/. A route through a node that is not directly connected cannot be installed (host-gw) or goes through the tunnel (DirectRouting).
 * The vxlan device's MAC is random in reality; here each node's is fixed, so that every node knows the others' without asking.
 */
import type { Cidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import type { LinkPlan } from '../../../plan/plan.js';
import type { NodeContext, NodeFragment } from '../../agent.js';
import { type ExternalInterface, externalInterface } from '../../node-address.js';
import { deviceMac } from '../../pod-netns.js';
import { bridgeLinks } from '../bridge-links.js';
import { strayPods, strayRoutes } from '../stray-pods.js';
import { IPIP_OVERHEAD, ipipBackend } from './backend/ipip.js';
import { UDP_OVERHEAD, udpBackend } from './backend/udp.js';
import { WIREGUARD_OVERHEAD, wireguardBackend } from './backend/wireguard.js';
import { type Lease, leases, type Peer, tunnelEntries } from './leases.js';
import type { FlannelConfig } from './net-conf.js';

const VXLAN_OVERHEAD = 50;

export function flannelLinksAndRoutes(context: NodeContext, config: FlannelConfig, lease: Cidr): NodeFragment {
  const external = externalInterface(context);
  const mtu = podMtu(config, external.mtu);
  const bridge = bridgeLinks(context, { bridge: 'cni0', subnet: lease, mtu, hairpin: config.hairpin, gateway: true });
  const fragment = backendFragment(context, config, lease, external);
  const strays = [...strayRoutes(context.view, context.node.metadata.name, 'cni0'), ...remoteStrayRoutes(context, config, external)];
  return { ...fragment, links: [...bridge, ...(fragment.links ?? [])], routes: [...(fragment.routes ?? []), ...strays] };
}

function backendFragment(context: NodeContext, config: FlannelConfig, lease: Cidr, external: ExternalInterface): NodeFragment {
  const { network, port, presharedKey } = config;
  const mtu = podMtu(config, external.mtu);
  switch (config.backend) {
    case 'vxlan':
      return vxlan(context, config, lease, external);
    case 'ipip': {
      const isDirectTo = (peer: Lease): boolean => isDirect(peer, config, external);
      return ipipBackend({ lease, mtu, external, peers: peersWithStrays(context), isDirect: isDirectTo });
    }
    case 'udp':
      return udpBackend({ network, lease, port, mtu, external, peers: peersWithStrays(context) });
    case 'wireguard':
      return wireguardBackend({
        node: context.node.metadata.name,
        network,
        lease,
        port,
        presharedKey,
        mtu,
        peers: peersWithStrays(context),
      });
    case 'host-gw':
    case 'vpc':
    case 'alloc':
      return { routes: plainRoutes(context, config, external) };
  }
}

function peersWithStrays(context: NodeContext): readonly Peer[] {
  const strays = strayPods(context.view);
  return peers(context).map((lease) => ({
    ...lease,
    strays: strays.flatMap(({ node, ip }) => (node === lease.node ? [`${ip}/32`] : [])),
  }));
}

function peers(context: NodeContext): readonly Lease[] {
  return leases(context.view.list('Node')).filter((lease) => lease.node !== context.node.metadata.name);
}

/** Whether the other node's pods are routed by its own address, without a tunnel. */
function isDirect(lease: Lease, config: FlannelConfig, external: ExternalInterface): boolean {
  const direct = config.directRouting && (config.backend === 'vxlan' || config.backend === 'ipip');
  return (config.backend === 'host-gw' || direct) && external.isOnLink(lease.address);
}

function plainRoutes(context: NodeContext, config: FlannelConfig, external: ExternalInterface): readonly string[] {
  if (config.backend !== 'host-gw' && !config.directRouting) return [];
  return peers(context)
    .filter((lease) => isDirect(lease, config, external))
    .map((lease) => directRoute(lease.subnet, lease, external));
}

function vxlan(context: NodeContext, config: FlannelConfig, lease: Cidr, external: ExternalInterface): NodeFragment {
  const device = vxlanLink(context, config, lease, external);
  const entries = tunnelEntries(context.view.list('Node'), device.name);
  const tunnelled = entries.filter((e) => e.lease.node !== context.node.metadata.name && !isDirect(e.lease, config, external));
  return {
    links: [device],
    routes: [...plainRoutes(context, config, external), ...tunnelled.map((entry) => entry.route)],
    neigh: tunnelled.map((entry) => entry.neigh),
    fdb: tunnelled.map((entry) => entry.fdb),
  };
}

/** Routes to pods of other nodes whose address was set by hand outside their node's range. */
function remoteStrayRoutes(context: NodeContext, config: FlannelConfig, external: ExternalInterface): readonly string[] {
  const strays = strayPods(context.view);
  if (strays.length === 0 || !(config.backend === 'host-gw' || config.backend === 'vxlan')) return [];
  const byNode = new Map(peers(context).map((lease) => [lease.node, lease]));
  return strays.flatMap(({ ip, node }) => {
    const lease = byNode.get(node);
    if (lease === undefined) return [];
    if (isDirect(lease, config, external)) return [directRoute(`${ip}/32`, lease, external)];
    return config.backend === 'vxlan' ? [`${ip}/32 via ${lease.vtep} dev flannel.${config.vni} onlink`] : [];
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

function vxlanLink(context: NodeContext, config: FlannelConfig, lease: Cidr, external: ExternalInterface): LinkPlan {
  const name = `flannel.${config.vni}`;
  const learning = config.learning ? 'learning' : 'nolearning';
  return {
    name,
    kind: 'vxlan',
    args: `id ${config.vni} local ${external.address} dev ${external.device} dstport ${config.port} ${learning}`,
    mac: deviceMac(context.node.metadata.name, name),
    mtu: podMtu(config, external.mtu),
    addr: [`${formatIp(lease.ip)}/32`],
  };
}

function directRoute(destination: string, lease: Lease, external: ExternalInterface): string {
  return `${destination} via ${lease.address} dev ${external.device}`;
}
