/**
 * Headers that no one packet has together, and statements that ask for a protocol which the rule has not named, or not so (src/payload.c and
 * src/evaluate.c of nftables: "conflicting protocols specified").
 */
import type { Problem } from '../../../base/errors.js';
import { HEADER_PROTOCOL } from '../headers.js';
import type { NftFamily } from '../nft-ruleset.js';
import type { Expression, NftRule, Statement } from '../nft-rule.js';
import { IS_TCP } from '../parse-rule.js';
import { symbolOf } from '../symbols.js';
import { addCompared, type NamedProtocols, type Network, newNamedProtocols } from './named-protocols.js';
import { dupFault, natFamilyFault, natPortFault, tproxyFault } from './nat-fault.js';
import { rejectFault } from './reject-fault.js';
import { partsOf } from './walk-rule.js';

export type WordFault = Problem & { readonly word: string };

export function protocolFault({ statements }: NftRule, family: NftFamily): WordFault | undefined {
  const named = newNamedProtocols(family);
  for (const statement of statements) {
    if (statement === IS_TCP) continue;
    const found =
      statement.kind === 'nat' ? natFault(named, statement) : (expressionsFault(named, statement) ?? statementFault(named, statement));
    if (found !== undefined) return found;
    addCompared(named, statement);
  }
  return undefined;
}

/** nft reads the address before it asks for the protocol, and the port only then. */
function natFault(named: NamedProtocols, statement: Extract<Statement, { kind: 'nat' }>): WordFault | undefined {
  return (
    natFamilyFault(named, statement) ??
    expressionsFault(named, { ...statement, port: undefined }) ??
    natPortFault(named, statement) ??
    expressionsFault(named, { ...statement, address: undefined })
  );
}

function expressionsFault(named: NamedProtocols, statement: Statement): WordFault | undefined {
  if (statement.kind === 'set-payload') {
    const found = headerFault(named, statement.header, `${statement.header} ${statement.field}`);
    if (found !== undefined) return found;
  }
  for (const expression of partsOf({ statements: [statement], comment: undefined }).expressions) {
    const found = expressionFault(named, expression);
    if (found !== undefined) return found;
  }
  return undefined;
}

function expressionFault(named: NamedProtocols, expression: Expression): WordFault | undefined {
  switch (expression.kind) {
    case 'payload':
      return headerFault(named, expression.header, `${expression.header} ${expression.field}`);
    case 'exthdr':
      return networkFault(named, 'ip6', `exthdr ${expression.name}`);
    case 'meta':
      return expression.key === 'nfproto' ? nfprotoFault(named) : undefined;
    case 'ct':
      return ctFault(named, expression);
    default:
      return undefined;
  }
}

function nfprotoFault({ family }: NamedProtocols): WordFault | undefined {
  if (family === 'inet') return undefined;
  const message = `nfproto is for tables of the family inet; here every packet is of ${family}`;
  return { code: 'wrong-family', message, fix: 'leave it out', word: 'nfproto' };
}

/** A header of the transport layer names its protocol where none is named yet; one of ICMP then names the network too. */
function headerFault(named: NamedProtocols, header: string, word: string): WordFault | undefined {
  if (header === 'ip' || header === 'ip6') return networkFault(named, header, word);
  const own = HEADER_PROTOCOL[header as keyof typeof HEADER_PROTOCOL];
  if (own === undefined) return undefined;
  const { networks, transports } = named;
  const other = [...transports].find((each) => each !== own);
  if (other !== undefined) return conflict(symbolOf('inet_proto', other) ?? `protocol ${other}`, header, word);
  if (transports.size > 0) return undefined;
  transports.add(own);
  if (networks.size === 0 && header.startsWith('icmp')) networks.add(header === 'icmp' ? 'ip' : 'ip6');
  return undefined;
}

function networkFault({ family, networks }: NamedProtocols, own: Network, word: string): WordFault | undefined {
  const other = [...networks].find((each) => each !== own);
  networks.add(own);
  if (other === undefined) return undefined;
  if (family === 'inet' || family === own) return conflict(other, own, word);
  return { code: 'wrong-family', message: `a table of the family ${family} has no \`${own}\` headers`, word };
}

function conflict(before: string, now: string, word: string): WordFault {
  const message = `the rule names ${before} too, and no packet is both that and ${now}`;
  return { code: 'conflicting-protocols', message, fix: 'write a rule for each of them', word };
}

type Ct = Extract<Expression, { kind: 'ct' }>;

function ctFault({ networks, transports }: NamedProtocols, { key, direction, family, type }: Ct): WordFault | undefined {
  if (key.startsWith('proto-') && transports.size === 0) {
    const fix = 'name the protocol before it, e.g. `meta l4proto tcp`';
    return { code: 'missing-protocol', message: `${key} needs a rule that names the protocol before`, fix, word: key };
  }
  if (key !== 'saddr' && key !== 'daddr') return undefined;
  const word = `${direction} ${family === undefined ? '' : `${family} `}${key}`;
  if (family === undefined && networks.size === 0) {
    const fix = `write \`ct ${direction} ip ${key}\` or \`ct ${direction} ip6 ${key}\``;
    return { code: 'missing-family', message: `nothing says of which family \`${key}\` is`, fix, word };
  }
  const own = type === 'ipv6_addr' ? 'ip6' : 'ip';
  const other = [...networks].find((each) => each !== own);
  if (other === undefined) return undefined;
  return family === undefined
    ? { code: 'missing-family', message: `here \`${key}\` is of ${other}`, fix: `write \`ct ${direction} ${other} ${key}\``, word }
    : conflict(other, own, word);
}

function statementFault(named: NamedProtocols, statement: Statement): WordFault | undefined {
  switch (statement.kind) {
    case 'tproxy':
      return tproxyFault(named, statement);
    case 'reject':
      return rejectFault(named, statement);
    case 'dup':
      return dupFault(named, statement);
    case 'set-meta':
    case 'set-ct-mark':
      return markFault(statement);
    default:
      return undefined;
  }
}

const MARK_TYPES: readonly string[] = ['mark', 'integer'];

/** A mark is given marks, and numbers as long as it. */
function markFault(statement: Extract<Statement, { kind: 'set-meta' | 'set-ct-mark' }>): WordFault | undefined {
  const { value } = statement;
  if (!('type' in value) || (MARK_TYPES.includes(value.type) && value.kind !== 'payload')) return undefined;
  if (statement.kind === 'set-meta' && statement.key !== 'mark') return undefined;
  const fix = 'set it to a number, another mark, or what a map gives';
  return { code: 'type-mismatch', message: `a mark cannot be set to a value of type ${value.type}`, fix, word: 'set' };
}
