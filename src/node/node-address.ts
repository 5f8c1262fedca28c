/** Where a node is: its InternalIP, its interface towards the other nodes, and its range for pods. Read from the Node object, as agents do. */
import { type Cidr, cidrContains, parseCidr } from '../base/cidr.js';
import { InvariantError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import type { Node } from '../api/types/core.js';
import type { NodeContext } from './agent.js';

/** The first InternalIP of the Node object; undefined while it has none. */
export function internalIp(node: Node): string | undefined {
  return node.status?.addresses?.find((a) => a.type === 'InternalIP')?.address;
}

/** The node's IPv4 range for pods, as text; undefined until it is allocated. */
export function podCidrOf(node: Node): string | undefined {
  const cidrs = node.spec.podCIDRs ?? (node.spec.podCIDR === undefined ? [] : [node.spec.podCIDR]);
  return cidrs.find((cidr) => !cidr.includes(':'));
}

/** The interface of the node's own address, its MTU, and the networks that are directly connected to it. */
export interface ExternalInterface {
  readonly device: string;
  readonly address: string;
  readonly mtu: number;
  isOnLink(address: string): boolean;
}

/** As a daemon finds it that looks for the interface with the node's address. */
export function externalInterface(context: NodeContext): ExternalInterface {
  const { uplink, node } = context;
  if (uplink === undefined) throw new InvariantError(`node ${node.metadata.name} was rendered without its uplink`);
  const address = internalIp(node);
  if (address === undefined) throw new InvariantError(`node ${node.metadata.name} was rendered without an InternalIP`);
  const link = uplink.links.find((l) => l.addr?.some((a) => a.startsWith(`${address}/`))) ?? uplink.links[0];
  if (link === undefined) throw new InvariantError(`node ${node.metadata.name} has no interface`);
  const networks = (link.addr ?? []).map((a) => parseCidr(a)).filter((c): c is Cidr => c !== undefined);
  return {
    device: link.name,
    address,
    mtu: link.mtu ?? 1500,
    isOnLink: (other) => {
      const ip = parseIp(other);
      return ip !== undefined && networks.some((network) => cidrContains(network, ip));
    },
  };
}
