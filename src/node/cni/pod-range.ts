/** The ranges out of which a node's pods get their addresses: its Node's podCIDRs, one of a family. */
import { type Cidr, parseCidr } from '../../base/cidr.js';
import type { IpFamily } from '../../base/ip-family.js';
import type { Node } from '../../api/types/core.js';
import { podCidrOf } from '../node-address.js';

/** Undefined until the node has one. */
export function podRangeOf(node: Node, family: IpFamily): Cidr | undefined {
  const text = podCidrOf(node, family);
  return text === undefined ? undefined : parseCidr(text);
}

/** In the order of its podCIDRs. */
export function podRangesOf({ spec }: Node): readonly Cidr[] {
  return (spec.podCIDRs ?? (spec.podCIDR === undefined ? [] : [spec.podCIDR])).flatMap((text) => parseCidr(text) ?? []);
}
