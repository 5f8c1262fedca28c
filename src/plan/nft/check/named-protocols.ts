/**
 * The protocols that the statements of a rule have named so far, as nft keeps them (proto_ctx of src/proto.c): a header names its own, and so does a
 * comparison with one value or with a list of them. What is only excluded, or lies in a range, names none.
 */
import type { NftFamily } from '../nft-ruleset.js';
import type { DataType, Expression, Part, Statement } from '../nft-rule.js';

export type Network = 'ip' | 'ip6';

export interface NamedProtocols {
  readonly family: NftFamily;
  readonly networks: Set<Network>;
  /** By number. */
  readonly transports: Set<number>;
}

export function newNamedProtocols(family: NftFamily): NamedProtocols {
  return { family, networks: new Set(family === 'inet' ? [] : [family]), transports: new Set() };
}

const NETWORKS: Readonly<Partial<Record<DataType, ReadonlyMap<number, Network>>>> = {
  nf_proto: new Map([
    [2, 'ip'],
    [10, 'ip6'],
  ]),
  ether_type: new Map([
    [0x0800, 'ip'],
    [0x86dd, 'ip6'],
  ]),
};

/** Adds what a match compares with. */
export function addCompared(named: NamedProtocols, statement: Statement): void {
  if (statement.kind !== 'match' && statement.kind !== 'match-set') return;
  const { left } = statement;
  const says = saysWhat(named, left);
  if (says === undefined) return;
  for (const { from, to, type } of comparedWith(statement)) {
    if (from !== to || typeof from !== 'number') continue;
    if (says === 'transport') named.transports.add(from);
    const network = NETWORKS[type]?.get(from);
    if (says === 'network' && network !== undefined) named.networks.add(network);
  }
}

/** `ct protocol` is understood only behind what names the network. */
function saysWhat({ networks }: NamedProtocols, left: Expression): 'network' | 'transport' | undefined {
  switch (left.kind) {
    case 'meta':
      return left.key === 'l4proto' ? 'transport' : left.key === 'nfproto' ? 'network' : undefined;
    case 'ct':
      return left.key === 'protocol' && networks.size > 0 ? 'transport' : left.key === 'l3proto' ? 'network' : undefined;
    case 'payload':
      return left.type === 'inet_proto' ? 'transport' : left.type === 'ether_type' ? 'network' : undefined;
    default:
      return undefined;
  }
}

function comparedWith(statement: Extract<Statement, { kind: 'match' | 'match-set' }>): readonly Part[] {
  if (statement.kind === 'match') return statement.op === '==' ? statement.right : [];
  if (statement.not || 'name' in statement.set) return [];
  return statement.set.elements.flatMap(({ key }) => key ?? []);
}
