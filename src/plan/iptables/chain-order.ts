/** The order in which iptables keeps things: built-in chains as the hooks come, then chains of one's own by name in bytes. */
import { BUILT_IN_CHAINS, type TableName } from '../ruleset.js';

export const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

export function sortChains<C extends { readonly name: string }>(table: TableName, chains: Iterable<C>): C[] {
  const builtIn = BUILT_IN_CHAINS[table];
  const all = [...chains];
  const first = builtIn.flatMap((name) => all.filter((chain) => chain.name === name));
  const own = all.filter((chain) => !builtIn.includes(chain.name));
  return [...first, ...own.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))];
}
