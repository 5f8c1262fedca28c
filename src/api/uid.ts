/**
 * Object uids: UUID version 4 in form, but a pure function of the store's seed and a counter, so that the same run makes the same ones.
 * The mixing is that of splitmix32.
 */
export function makeUid(seed: number, counter: number): string {
  const words = [0, 1, 2, 3].map((i) => mix(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(counter, 4) + i));
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  const variant = (8 + (Number.parseInt(hex[16] ?? '0', 16) & 3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function mix(n: number): number {
  let z = (n + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
