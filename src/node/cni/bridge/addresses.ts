/** The bridge plug-in's addresses: host-local hands out the node's podCIDR. A node without podCIDR has none to give. */
import type { Node } from '../../../api/types/core.js';
import { allocateHostLocal } from '../host-local.js';
import { podRangeOf } from '../pod-range.js';

export function allocateAddress(node: Node, taken: ReadonlySet<string>, last: string | undefined): string | undefined {
  const range = podRangeOf(node);
  return range === undefined ? undefined : allocateHostLocal(range, taken, last);
}
