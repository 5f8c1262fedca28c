/** The range out of which a node's pods get their addresses: its Node's IPv4 podCIDR. */
import { type Cidr, parseCidr } from '../../base/cidr.js';
import type { Node } from '../../api/types/core.js';
import { podCidrOf } from '../node-address.js';

/** Undefined until the node has one. */
export function podRangeOf(node: Node): Cidr | undefined {
  const text = podCidrOf(node);
  return text === undefined ? undefined : parseCidr(text);
}
