/** What translations and `tproxy` need to know of a packet: the protocol, for ports, and the family, for addresses (stmt_evaluate_nat_map and its kin). */
import type { Expression, Statement } from '../nft-rule.js';
import type { NamedProtocols, Network } from './named-protocols.js';
import type { WordFault } from './protocol-fault.js';

type Nat = Extract<Statement, { kind: 'nat' }>;
type Tproxy = Extract<Statement, { kind: 'tproxy' }>;

export function natFault(named: NamedProtocols, { nat, family, address, port, withPort }: Nat): WordFault | undefined {
  if (address !== undefined) {
    const found = familyFault(named, nat, family, familyOf(address));
    if (found !== undefined) return found;
    if (family === undefined && named.networks.size === 0) return missingFamily(nat, familyOf(address));
  }
  return port === undefined && !withPort ? undefined : protocolFault(named, nat);
}

export function tproxyFault(named: NamedProtocols, { family, address }: Tproxy): WordFault | undefined {
  const word = 'tproxy';
  const own = address === undefined ? undefined : typeof address === 'bigint' ? 'ip6' : 'ip';
  const found = protocolFault(named, word) ?? familyFault(named, word, family, own);
  if (found !== undefined) return found;
  return own !== undefined && family === undefined && named.family === 'inet' ? missingFamily(word, own) : undefined;
}

/** That of the addresses, where they are at hand. */
function familyOf(address: Expression): Network | undefined {
  const value = address.kind === 'map' && 'elements' in address.set ? address.set.elements[0]?.value : undefined;
  const parts = address.kind === 'constant' ? address.parts : value !== undefined && !('kind' in value) ? value : [];
  const type = parts[0]?.type;
  return type === 'ipv4_addr' ? 'ip' : type === 'ipv6_addr' ? 'ip6' : undefined;
}

function familyFault(
  { networks }: NamedProtocols,
  word: string,
  said: Network | undefined,
  own: Network | undefined,
): WordFault | undefined {
  const wanted = said ?? own;
  const other = wanted === undefined ? undefined : [...networks].find((each) => each !== wanted);
  if (other === undefined) return undefined;
  const message = `${word} is to an address of ${wanted}, but the packets here are of ${other}`;
  return { code: 'conflicting-protocols', message, fix: `give an address of ${other}, or write a rule for packets of ${wanted}`, word };
}

function missingFamily(word: string, own: Network | undefined): WordFault {
  const message = `in a table of the family inet ${word} must say of which family its address is`;
  return { code: 'missing-family', message, fix: `write \`${word} ${own ?? 'ip'} to\``, word };
}

function protocolFault({ transports }: NamedProtocols, word: string): WordFault | undefined {
  if (transports.size > 0) return undefined;
  const message = word === 'tproxy' ? 'tproxy needs a rule that names the protocol' : 'a port needs a rule that names the protocol';
  return { code: 'missing-protocol', message, fix: 'name the protocol before it, e.g. `meta l4proto tcp`', word };
}
