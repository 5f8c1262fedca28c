/**
 * Whether a ruleset has the kernel track connections: the hooks of connection tracking are there once a match or target that asks for a
 * connection is loaded (nf_ct_netns_get in its checkentry), in whichever table and reached or not. A nat table alone does not ask,
 * nor do NOTRACK and IPVS; without connections the nat table is never run.
 */
import { BUILT_IN_CHAINS, type Chain, type Ruleset } from '../../plan/ruleset.js';

const ASKS =
  /-m (?:conntrack|state|connmark|connbytes|connlabel|connlimit|helper|cluster) |-j (?:[SD]NAT|MASQUERADE|REDIRECT|NETMAP|CONNMARK|CONNSECMARK|SYNPROXY)(?: |$)|-j CT (?!--notrack)/;
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** Who looks for sockets wants whole packets, connections or not (nf_defrag_ipv4_enable in xt_socket.c, xt_TPROXY.c). */
const GATHERS = /-m socket |-j TPROXY /;

export function needsConnections(ruleset: Ruleset): boolean {
  return someRule(ruleset, ASKS);
}

export function gathersFragments(ruleset: Ruleset | undefined, nft: unknown): boolean {
  return (ruleset !== undefined && someRule(ruleset, GATHERS)) || (typeof nft === 'string' && /\btproxy\b/.test(nft));
}

/** Built-in chains first: they mostly tell, and others may have to be made. */
function someRule({ tables }: Ruleset, wanted: RegExp): boolean {
  for (const [table, chains] of tables) {
    for (const name of BUILT_IN_CHAINS[table]) if (asks(chains.get(name), wanted)) return true;
  }
  for (const chains of tables.values()) for (const chain of chains.values()) if (asks(chain, wanted)) return true;
  return false;
}

function asks(chain: Chain | undefined, wanted: RegExp): boolean {
  return chain?.rules.some((rule) => wanted.test(rule) && wanted.test(rule.replaceAll(QUOTED, '""'))) ?? false;
}
