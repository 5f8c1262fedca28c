/** Whether two values say the same and are put together in the same way: what is one object in two places of the one is one in both of the other. */

export function sameValue(a: unknown, b: unknown, pairs: Map<object, unknown> = new Map()): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b);
  const partner = pairs.get(a);
  if (partner !== undefined) return partner === b;
  pairs.set(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  for (const key of keys) if (!(key in other) || !sameValue(one[key], other[key], pairs)) return false;
  return true;
}
