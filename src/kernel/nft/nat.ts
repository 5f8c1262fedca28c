/** dnat, snat, masquerade and redirect of nftables (net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c): bindings as iptables makes them. */
import { inputError } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import type { Expression, Part, Statement } from '../../plan/nft/nft-rule.js';
import type { NatRange } from '../../plan/rule/rule.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import { masquerade } from '../netfilter/target/masquerade.js';
import { dnat, redirect, snat } from '../netfilter/target/nat.js';
import type { Operation, Outcome } from './outcome.js';
import type { TableSets } from './table-sets.js';
import { compileParts, compileValue } from './value.js';

type Nat = Extract<Statement, { kind: 'nat' }>;
type Maker = (range: NatRange) => (e: Evaluation) => Outcome;
type PartsOf = (e: Evaluation) => readonly Part[] | undefined;

const MAKERS: Readonly<Record<Nat['nat'], Maker>> = { dnat, snat, masquerade, redirect };

export function translation(statement: Nat, sets: TableSets): Operation {
  const make = MAKERS[statement.nat];
  const address = statement.address === undefined ? undefined : targetParts(statement.address, sets);
  const port = statement.port === undefined ? undefined : targetParts(statement.port, sets);
  const constant = isConstant(statement.address) && isConstant(statement.port);
  const fixed = constant ? make(rangeOf(statement, constantParts(statement.address), constantParts(statement.port))) : undefined;
  return (e) => {
    // Only a chain of type nat may lead here: another is one that the kernel does not load.
    if (e.table !== 'nat')
      throw inputError('rule-misplaced', `${e.hit.table} ${e.hit.chain}: ${statement.nat} can be reached from chains of type nat only`);
    if (fixed !== undefined) return rightFamily(e, constantParts(statement.address)) ? fixed(e) : undefined;
    const to = address?.(e);
    const ports = port?.(e);
    if ((address !== undefined && to === undefined) || (port !== undefined && ports === undefined)) return 'break';
    return rightFamily(e, to) ? make(rangeOf(statement, to, ports))(e) : undefined;
  };
}

function isConstant(expression: Expression | undefined): boolean {
  return expression === undefined || expression.kind === 'constant';
}

function constantParts(expression: Expression | undefined): readonly Part[] | undefined {
  return expression?.kind === 'constant' ? expression.parts : undefined;
}

/** A translation to an address of the other family leaves a packet alone. */
function rightFamily(e: Evaluation, to: readonly Part[] | undefined): boolean {
  const ip = to?.[0]?.from;
  return ip === undefined || typeof ip === typeof e.passage.packet.dst;
}

function targetParts(expression: Expression, sets: TableSets): PartsOf {
  if (expression.kind === 'constant') return () => expression.parts;
  if (expression.kind !== 'map') {
    const value = compileValue(expression, sets);
    return (e) => {
      const from = value(e);
      return from === undefined ? undefined : [{ type: 'integer', from, to: from }];
    };
  }
  const lookup = sets.compile(expression.set, expression.key, compileParts(expression.key, sets));
  return (e) => {
    const found = lookup(e);
    return found === undefined || found === 'break' ? undefined : found.parts;
  };
}

/** An address with a port behind it, in one value of a map, is both. */
function rangeOf({ flags }: Nat, to: readonly Part[] | undefined, ports: readonly Part[] | undefined): NatRange {
  const [address, withAddress] = to ?? [];
  const port = ports?.[0] ?? withAddress;
  return {
    fromIp: address?.from as Ip | undefined,
    toIp: address?.to as Ip | undefined,
    ports: port === undefined ? undefined : { from: Number(port.from), to: Number(port.to) },
    random: flags.includes('random'),
    randomFully: flags.includes('fully-random'),
    persistent: flags.includes('persistent'),
  };
}
