/**
 * The leases of all nodes, as every flanneld reads them from the Node objects, and what each means to the others. Made once for each version of the node list:
 * in a cluster of thousands of nodes all hold the same texts.
 */
import type { Node } from '../../../api/types/core.js';
import { formatCidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import type { IpFamily } from '../../../base/ip-family.js';
import { internalIpOf } from '../../node-address.js';
import { deviceMac } from '../../pod-netns.js';
import { podRangeOf } from '../pod-range.js';

export interface Lease {
  readonly node: string;
  readonly address: string;
  readonly subnet: string;
  /** The subnet's first address, which the node's vxlan device has. */
  readonly vtep: string;
}

/** Another node, with its pods whose address was set by hand outside its subnet, as prefixes. */
export interface Peer extends Lease {
  readonly strays: readonly string[];
}

/** What a node's vxlan device needs to reach another node's pods. */
export interface TunnelEntry {
  readonly lease: Lease;
  readonly route: string;
  readonly neigh: string;
  readonly fdb: string;
}

const leasesOf = { IPv4: new WeakMap<readonly Node[], readonly Lease[]>(), IPv6: new WeakMap<readonly Node[], readonly Lease[]>() };
const entriesOf = new WeakMap<readonly Lease[], Map<string, readonly TunnelEntry[]>>();

/** Of the nodes that have a podCIDR and an address of the family, in the nodes' order. */
export function leases(nodes: readonly Node[], family: IpFamily): readonly Lease[] {
  let found = leasesOf[family].get(nodes);
  if (found === undefined) {
    found = nodes.flatMap((node) => leaseOf(node, family));
    leasesOf[family].set(nodes, found);
  }
  return found;
}

function leaseOf(node: Node, family: IpFamily): readonly Lease[] {
  const subnet = podRangeOf(node, family);
  const address = internalIpOf(node, family);
  if (subnet === undefined || address === undefined) return [];
  return [{ node: node.metadata.name, address, subnet: formatCidr(subnet), vtep: formatIp(subnet.ip) }];
}

/** `device` is the name of the family's vxlan device, the same on every node. */
export function tunnelEntries(nodes: readonly Node[], family: IpFamily, device: string): readonly TunnelEntry[] {
  const all = leases(nodes, family);
  let byDevice = entriesOf.get(all);
  if (byDevice === undefined) {
    byDevice = new Map();
    entriesOf.set(all, byDevice);
  }
  let entries = byDevice.get(device);
  if (entries === undefined) {
    entries = all.map((lease) => tunnelEntry(lease, device));
    byDevice.set(device, entries);
  }
  return entries;
}

function tunnelEntry(lease: Lease, device: string): TunnelEntry {
  const mac = deviceMac(lease.node, device);
  return {
    lease,
    route: `${lease.subnet} via ${lease.vtep} dev ${device} onlink`,
    neigh: `${lease.vtep} lladdr ${mac} dev ${device} nud permanent`,
    fdb: `${mac} dev ${device} dst ${lease.address} self permanent`,
  };
}
