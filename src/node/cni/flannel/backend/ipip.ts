/**
 * flannel's ipip backend: one IPIP device, flannel.ipip, whose other end is the next hop of each route. Source: flannel v0.28
 * pkg/backend/ipip/ipip.go. With DirectRouting the route names the external interface instead, still onlink. tunl0, which comes with the kernel's
 * module, stays down and is left out.
 */
import type { Cidr } from '../../../../base/cidr.js';
import { formatIp } from '../../../../base/ip.js';
import type { NodeFragment } from '../../../agent.js';
import type { ExternalInterface } from '../../../node-address.js';
import type { Peer } from '../leases.js';

const DEVICE = 'flannel.ipip';
export const IPIP_OVERHEAD = 20;

export interface IpipSettings {
  readonly lease: Cidr;
  readonly mtu: number;
  readonly external: ExternalInterface;
  readonly peers: readonly Peer[];
  isDirect(peer: Peer): boolean;
}

export function ipipBackend({ lease, mtu, external, peers, isDirect }: IpipSettings): NodeFragment {
  const device = (peer: Peer): string => (isDirect(peer) ? external.device : DEVICE);
  return {
    links: [
      {
        name: DEVICE,
        kind: 'ipip',
        args: `local ${external.address} remote any ttl inherit nopmtudisc`,
        mtu,
        addr: [`${formatIp(lease.ip)}/32`],
      },
    ],
    routes: peers.flatMap((peer) =>
      [peer.subnet, ...peer.strays].map((subnet) => `${subnet} via ${peer.address} dev ${device(peer)} onlink`),
    ),
  };
}
