/**
 * Priorities of base chains by name and number (src/rule.c of nftables; include/uapi/linux/netfilter_ipv4.h). `dstnat` at output and `srcnat`
 * at input are read, as newer tools have them, and written as numbers, which every tool reads.
 */
import type { NftHook } from './nft-ruleset.js';

const NAMED: readonly (readonly [name: string, priority: number, hooks: readonly NftHook[] | undefined])[] = [
  ['raw', -300, undefined],
  ['mangle', -150, undefined],
  ['dstnat', -100, ['prerouting', 'output']],
  ['filter', 0, undefined],
  ['security', 50, undefined],
  ['srcnat', 100, ['postrouting', 'input']],
];

/** Names are shown up to this far from their number. */
const NEAR = 10;

export function priorityOf(name: string, hook: NftHook): number | undefined {
  return NAMED.find(([one, , hooks]) => one === name && (hooks === undefined || hooks.includes(hook)))?.[1];
}

export const PRIORITY_NAMES: readonly string[] = NAMED.map(([name]) => name);

export function formatPriority(priority: number, hook: NftHook): string {
  for (const [name, number, hooks] of NAMED) {
    const offset = priority - number;
    if (Math.abs(offset) > NEAR || (hooks !== undefined && hooks[0] !== hook)) continue;
    return offset === 0 ? name : `${name} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
  }
  return String(priority);
}
