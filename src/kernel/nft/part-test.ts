/** Whether a value is what one part of a key names: the same value, one of a range, a name that begins so. */
import type { Part, Value } from '../../plan/nft/nft-rule.js';

export function partTest(part: Part): (value: Value) => boolean {
  const { from, to } = part;
  if (part.wildcard === true) return (value) => String(value).startsWith(String(from));
  if (part.type === 'iface_index') {
    const name = interfaceName(part);
    return (value) => value === name;
  }
  if (from === to) return (value) => value === from;
  if (typeof from === 'number' && typeof to === 'number') {
    const low = from >>> 0;
    const high = to >>> 0;
    return (value) => typeof value === 'number' && value >>> 0 >= low && value >>> 0 <= high;
  }
  return (value) => typeof value === typeof from && value >= from && value <= to;
}

/** Indexes of devices are held as names: 0 is none. */
function interfaceName({ from }: Part): Value {
  return from === 0 ? '' : from;
}
