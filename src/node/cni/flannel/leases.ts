/**
 * The leases of all nodes, as every flanneld reads them from the Node objects, and what each means to the others. Made once for each version of the node list:
 * in a cluster of thousands of nodes all hold the same texts.
 */
import type { Node } from '../../../api/types/core.js';
import { formatCidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import { internalIp } from '../../node-address.js';
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

const leasesOf = new WeakMap<readonly Node[], readonly Lease[]>();
const entriesOf = new WeakMap<readonly Lease[], Map<string, readonly TunnelEntry[]>>();

/** Of the nodes that have a podCIDR and an address, in the nodes' order. */
export function leases(nodes: readonly Node[]): readonly Lease[] {
  let found = leasesOf.get(nodes);
  if (found === undefined) {
    found = nodes.flatMap(leaseOf);
    leasesOf.set(nodes, found);
  }
  return found;
}

function leaseOf(node: Node): readonly Lease[] {
  const subnet = podRangeOf(node);
  const address = internalIp(node);
  if (subnet === undefined || address === undefined) return [];
  return [{ node: node.metadata.name, address, subnet: formatCidr(subnet), vtep: formatIp(subnet.ip) }];
}

/** `device` is the vxlan device's name, the same on every node. */
export function tunnelEntries(nodes: readonly Node[], device: string): readonly TunnelEntry[] {
  const all = leases(nodes);
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
