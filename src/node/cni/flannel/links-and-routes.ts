/**
 * What flanneld and the bridge plug-in it delegates to make on a node: cni0 with the pods' veths, flannel.1 for vxlan, and for every other node that has a
 * lease a route, with vxlan also its permanent neighbour and fdb entry. Source: flannel v0.28 pkg/backend/{vxlan,hostgw,alloc},
 * pkg/backend/route_network.go. A route through a node that is not directly connected cannot be installed (host-gw) or goes through the tunnel (DirectRouting).
 * The vxlan device's MAC is random in reality; here each node's is fixed, so that every node knows the others' without asking.
 */
import type { Cidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import type { LinkPlan } from '../../../plan/plan.js';
import type { NodeContext, NodeFragment } from '../../agent.js';
import { type ExternalInterface, externalInterface } from '../../node-address.js';
import { deviceMac } from '../../pod-netns.js';
import { bridgeLinks } from '../bridge-links.js';
import { type Lease, leases, tunnelEntries } from './leases.js';
import type { FlannelConfig } from './net-conf.js';

const VXLAN_OVERHEAD = 50;

export function flannelLinksAndRoutes(context: NodeContext, config: FlannelConfig, lease: Cidr): NodeFragment {
  const external = externalInterface(context);
  const mtu = podMtu(config, external.mtu);
  const bridge = bridgeLinks(context, { bridge: 'cni0', subnet: lease, mtu, hairpin: config.hairpin, gateway: true });
  switch (config.backend) {
    case 'vpc':
    case 'alloc':
      return { links: bridge };
    case 'host-gw':
      return {
        links: bridge,
        routes: peers(context)
          .filter((p) => external.isOnLink(p.address))
          .map((p) => directRoute(p, external)),
      };
    case 'vxlan':
      return vxlan(context, config, bridge, vxlanLink(context, config, lease, external));
  }
}

function peers(context: NodeContext): readonly Lease[] {
  return leases(context.view.list('Node')).filter((lease) => lease.node !== context.node.metadata.name);
}

function vxlan(context: NodeContext, config: FlannelConfig, bridge: readonly LinkPlan[], device: LinkPlan): NodeFragment {
  const external = externalInterface(context);
  const isDirect = (lease: Lease): boolean => config.directRouting && external.isOnLink(lease.address);
  const entries = tunnelEntries(context.view.list('Node'), device.name);
  const tunnelled = entries.filter(({ lease }) => lease.node !== context.node.metadata.name && !isDirect(lease));
  const direct = config.directRouting ? peers(context).filter(isDirect) : [];
  return {
    links: [...bridge, device],
    routes: [...direct.map((lease) => directRoute(lease, external)), ...tunnelled.map((entry) => entry.route)],
    neigh: tunnelled.map((entry) => entry.neigh),
    fdb: tunnelled.map((entry) => entry.fdb),
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

function directRoute(peer: Lease, external: ExternalInterface): string {
  return `${peer.subnet} via ${peer.address} dev ${external.device}`;
}
