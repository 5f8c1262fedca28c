/**
 * flannel's udp backend, its first: flanneld itself carries the packets. The tun device flannel0 takes the whole network; the daemon reads it, and
 * sends each packet to the daemon of the node that has the subnet. Source: flannel v0.28 pkg/backend/udp/{udp_amd64,udp_network_amd64}.go,
 * proxy_amd64.c.
 */
import type { Cidr } from '../../../../base/cidr.js';
import { formatIp } from '../../../../base/ip.js';
import type { NodeFragment } from '../../../agent.js';
import type { ExternalInterface } from '../../../node-address.js';
import type { Peer } from '../leases.js';

const DEVICE = 'flannel0';
export const UDP_PORT = 8285;
export const UDP_OVERHEAD = 28;

export interface UdpSettings {
  readonly network: string;
  readonly lease: Cidr;
  readonly port: number;
  readonly mtu: number;
  readonly external: ExternalInterface;
  readonly peers: readonly Peer[];
}

export function udpBackend({ network, lease, port, mtu, external, peers }: UdpSettings): NodeFragment {
  const table = peers.flatMap((peer) => [peer.subnet, ...peer.strays].map((subnet) => ` subnet ${subnet} via ${peer.address}`));
  const args = `mode tun forwarder local ${external.address} port ${port}${table.join('')}`;
  return {
    links: [{ name: DEVICE, kind: 'tun', args, mtu, addr: [`${formatIp(lease.ip)}/32`] }],
    routes: [network, ...peers.flatMap((peer) => peer.strays)].map((subnet) => `${subnet} dev ${DEVICE}`),
  };
}
