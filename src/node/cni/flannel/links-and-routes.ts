/**
 * What flanneld and the bridge plug-in it delegates to make on a node: cni0 with the pods' veths, flannel.1 for vxlan, and for every other node that has a
 * lease a route, with vxlan also its permanent neighbour and fdb entry. Source: flannel v0.28 pkg/backend/{vxlan,hostgw,alloc},
 * pkg/backend/route_network.go. A route through a node that is not directly connected cannot be installed (host-gw) or goes through the tunnel (DirectRouting).
 * The vxlan device's MAC is random in reality; here each node's is fixed, so that every node knows the others' without asking.
 */
import { type Cidr, formatCidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import type { Node } from '../../../api/types/core.js';
import type { LinkPlan } from '../../../plan/plan.js';
import type { NodeContext, NodeFragment } from '../../agent.js';
import { type ExternalInterface, externalInterface, internalIp } from '../../node-address.js';
import { deviceMac } from '../../pod-netns.js';
import { bridgeLinks } from '../bridge-links.js';
import { podRangeOf } from '../pod-range.js';
import type { FlannelConfig } from './net-conf.js';

const VXLAN_OVERHEAD = 50;

export function flannelLinksAndRoutes(context: NodeContext, config: FlannelConfig, lease: Cidr): NodeFragment {
  const external = externalInterface(context);
  const mtu = podMtu(config, external.mtu);
  const bridge = bridgeLinks(context, { bridge: 'cni0', subnet: lease, mtu, hairpin: config.hairpin, gateway: true });
  const peers = leases(context.view.list('Node')).filter((peer) => peer.name !== context.node.metadata.name);
  if (config.backend === 'vpc' || config.backend === 'alloc') return { links: bridge };
  if (config.backend === 'host-gw')
    return {
      links: bridge,
      routes: directRoutes(
        peers.filter((p) => external.isOnLink(p.address)),
        external,
      ),
    };
  const direct = config.directRouting ? peers.filter((p) => external.isOnLink(p.address)) : [];
  const tunnelled = config.directRouting ? peers.filter((p) => !external.isOnLink(p.address)) : peers;
  const device = `flannel.${config.vni}`;
  return {
    links: [...bridge, vxlanLink(context, config, lease, external)],
    routes: [...direct.map((p) => directRoute(p, external)), ...tunnelled.map((p) => `${p.subnet} via ${p.vtep} dev ${device} onlink`)],
    neigh: tunnelled.map((p) => `${p.vtep} lladdr ${deviceMac(p.name, device)} dev ${device} nud permanent`),
    fdb: tunnelled.map((p) => `${deviceMac(p.name, device)} dev ${device} dst ${p.address} self permanent`),
  };
}

/** MTU of cni0, the pods, and the tunnel device. */
export function podMtu(config: FlannelConfig, externalMtu: number): number {
  const mtu = config.mtu ?? externalMtu;
  return config.backend === 'vxlan' ? mtu - VXLAN_OVERHEAD : externalMtu;
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

/** Another node's lease. */
interface Lease {
  readonly name: string;
  readonly address: string;
  readonly subnet: string;
  /** The subnet's first address, which the node's vxlan device has. */
  readonly vtep: string;
}

function directRoutes(peers: readonly Lease[], external: ExternalInterface): string[] {
  return peers.map((peer) => directRoute(peer, external));
}

function directRoute(peer: Lease, external: ExternalInterface): string {
  return `${peer.subnet} via ${peer.address} dev ${external.device}`;
}

const leasesOf = new WeakMap<readonly Node[], readonly Lease[]>();

function leases(nodes: readonly Node[]): readonly Lease[] {
  let found = leasesOf.get(nodes);
  if (found === undefined) {
    found = nodes.flatMap((node) => {
      const subnet = podRangeOf(node);
      const address = internalIp(node);
      if (subnet === undefined || address === undefined) return [];
      return [{ name: node.metadata.name, address, subnet: formatCidr(subnet), vtep: formatIp(subnet.ip) }];
    });
    leasesOf.set(nodes, found);
  }
  return found;
}
