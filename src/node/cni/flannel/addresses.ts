/**
 * flannel's addresses: each node's subnet is its Node's podCIDR (kube subnet manager), out of which host-local gives every pod the next
 * free address. A node without podCIDR has no lease: its pods get no address.
 */
import { type Cidr, parseCidr } from '../../../base/cidr.js';
import type { Node } from '../../../api/types/core.js';
import { podCidrOf } from '../../node-address.js';
import { allocateHostLocal } from '../host-local.js';

/** The node's lease; undefined while it has none. */
export function leaseOf(node: Node): Cidr | undefined {
  const text = podCidrOf(node);
  return text === undefined ? undefined : parseCidr(text);
}

export function allocateAddress(node: Node, taken: ReadonlySet<string>, last: string | undefined): string | undefined {
  const lease = leaseOf(node);
  return lease === undefined ? undefined : allocateHostLocal(lease, taken, last);
}
