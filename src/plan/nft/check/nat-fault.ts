/** What translations and `tproxy` need to know of a packet: the protocol, for ports, and the family, for addresses (stmt_evaluate_nat_map and its kin). */
import type { Expression, Statement } from '../nft-rule.js';
import type { NamedProtocols, Network } from './named-protocols.js';
import type { WordFault } from './protocol-fault.js';

type Nat = Extract<Statement, { kind: 'nat' }>;
type Dup = Extract<Statement, { kind: 'dup' }>;
type Tproxy = Extract<Statement, { kind: 'tproxy' }>;

export function natFamilyFault(named: NamedProtocols, { nat, family, address }: Nat): WordFault | undefined {
  if (address === undefined) return undefined;
  const own = familyOf(address);
  const found = familyFault(named, nat, family, own);
  return found ?? (family === undefined && named.networks.size === 0 ? missingFamily(nat, own) : undefined);
}

export function natPortFault(named: NamedProtocols, { nat, port, withPort }: Nat): WordFault | undefined {
  return port === undefined && !withPort ? undefined : protocolFault(named, nat);
}

/** In a table of both families it must say its own where it has an address, and where something else has said one. */
export function tproxyFault(named: NamedProtocols, { family, address }: Tproxy): WordFault | undefined {
  const word = 'tproxy';
  const own = address === undefined ? undefined : typeof address === 'bigint' ? 'ip6' : 'ip';
  const found = protocolFault(named, word) ?? familyFault(named, word, family, own);
  if (found !== undefined || family !== undefined || named.family !== 'inet') return found;
  const wanted = own ?? [...named.networks][0];
  return wanted === undefined ? undefined : missingFamily(word, wanted);
}

export function dupFault(named: NamedProtocols, { gateway }: Dup): WordFault | undefined {
  if (named.family === 'inet')
    return {
      code: 'wrong-family',
      message: 'dup is for tables of ip and of ip6',
      fix: 'write it into a table of one of them',
      word: 'dup',
    };
  return familyFault(named, 'dup', undefined, typeof gateway === 'bigint' ? 'ip6' : 'ip');
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
  const message = `in a table of the family inet ${word} must say of which family it is here`;
  return { code: 'missing-family', message, fix: `write \`${word} ${own ?? 'ip'} to\``, word };
}

function protocolFault({ transports }: NamedProtocols, word: string): WordFault | undefined {
  if (transports.size > 0) return undefined;
  const message = word === 'tproxy' ? 'tproxy needs a rule that names the protocol' : 'a port needs a rule that names the protocol';
  return { code: 'missing-protocol', message, fix: 'name the protocol before it, e.g. `meta l4proto tcp`', word };
}
