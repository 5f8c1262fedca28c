/** The bridge plug-in's addresses: host-local hands out the node's podCIDRs. A node without podCIDR has none to give. */
import type { Node } from '../../../api/types/core.js';
import { allocateOfRanges } from '../host-local.js';
import { podRangesOf } from '../pod-range.js';

export function allocateAddresses(node: Node, taken: ReadonlySet<string>, last: readonly string[]): readonly string[] {
  return allocateOfRanges(podRangesOf(node), taken, last);
}
