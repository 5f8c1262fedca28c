/** Where a node is: its InternalIP, its interface towards the other nodes, and its range for pods. Read from the Node object, as agents do. */
import { type Cidr, cidrContains, parseCidr } from '../base/cidr.js';
import { inputError, InvariantError } from '../base/errors.js';
import { familyOfText, type IpFamily } from '../base/ip-family.js';
import { parseIp } from '../base/ip.js';
import type { Node } from '../api/types/core.js';
import type { NodeContext } from './agent.js';

/** The first InternalIP of the Node object in one family; undefined while it has none. */
export function internalIpOf(node: Node, family: IpFamily): string | undefined {
  return node.status?.addresses?.find((a) => a.type === 'InternalIP' && familyOfText(a.address) === family)?.address;
}

/** The node's range for pods in one family, as text; undefined until it is allocated. */
export function podCidrOf(node: Node, family: IpFamily = 'IPv4'): string | undefined {
  const cidrs = node.spec.podCIDRs ?? (node.spec.podCIDR === undefined ? [] : [node.spec.podCIDR]);
  return cidrs.find((cidr) => familyOfText(cidr) === family);
}

/** The interface of the node's own address, its MTU, and the networks that are directly connected to it. */
export interface ExternalInterface {
  readonly device: string;
  readonly address: string;
  readonly mtu: number;
  isOnLink(address: string): boolean;
}

/** As a daemon finds it that looks for the interface with the node's address. */
export function externalInterface(context: NodeContext, family: IpFamily = 'IPv4'): ExternalInterface {
  const { uplink, node } = context;
  if (uplink === undefined) throw new InvariantError(`node ${node.metadata.name} was rendered without its uplink`);
  const address = internalIpOf(node, family);
  if (address === undefined) {
    throw inputError('no-node-address', `node ${node.metadata.name} has no ${family} address, and its network plug-in needs one`, {
      fix: `give it one in the cluster file: addresses: [192.168.1.10, "fd00:192:168:1::10"]`,
    });
  }
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
