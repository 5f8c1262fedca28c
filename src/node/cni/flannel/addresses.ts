/**
 * flannel's addresses: each node's lease is its Node's podCIDR (kube subnet manager), out of which host-local gives every pod the next
 * free address. A node without podCIDR has no lease: its pods get no address.
 */
import type { Node } from '../../../api/types/core.js';
import { allocateHostLocal } from '../host-local.js';
import { podRangeOf } from '../pod-range.js';

export function allocateAddress(node: Node, taken: ReadonlySet<string>, last: string | undefined): string | undefined {
  const lease = podRangeOf(node);
  return lease === undefined ? undefined : allocateHostLocal(lease, taken, last);
}
