/**
 * flannel's addresses: each node's leases are its Node's podCIDRs (kube subnet manager), out of which host-local gives every pod the next
 * free addresses. A node without podCIDR has no lease: its pods get no address.
 */
import type { Node } from '../../../api/types/core.js';
import type { Cidr } from '../../../base/cidr.js';
import { familyOf } from '../../../base/ip-family.js';
import { allocateOfRanges } from '../host-local.js';
import { podRangesOf } from '../pod-range.js';
import type { FlannelConfig } from './net-conf.js';

/** The node's ranges of those families that flannel serves. */
export function ownLeases(node: Node, { networks }: FlannelConfig): readonly Cidr[] {
  return podRangesOf(node).filter(({ ip }) => networks[familyOf(ip)] !== undefined);
}

export function allocateAddresses(leases: readonly Cidr[], taken: ReadonlySet<string>, last: readonly string[]): readonly string[] {
  return allocateOfRanges(leases, taken, last);
}
