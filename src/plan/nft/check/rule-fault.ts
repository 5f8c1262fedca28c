/**
 * What a rule of nftables cannot say, and in which base chains its statements may be reached (nft_nat_validate, nft_masq_validate,
 * nft_redir_validate, nft_reject_validate).
 */
import type { NftBase, NftFamily, NftHook } from '../nft-ruleset.js';
import type { NftRule } from '../nft-rule.js';
import { protocolFault, type WordFault } from './protocol-fault.js';
import type { RuleParts } from './walk-rule.js';

export interface Demand {
  readonly word: string;
  readonly says: string;
  suits(base: NftBase): boolean;
}

const DESTINATION: readonly NftHook[] = ['prerouting', 'output'];
const NAT_HOOKS: Readonly<Record<string, readonly NftHook[]>> = {
  dnat: DESTINATION,
  redirect: DESTINATION,
  snat: ['postrouting', 'input'],
  masquerade: ['postrouting'],
};
const REJECT_HOOKS: readonly NftHook[] = ['input', 'forward', 'output', 'prerouting'];

const NAT_DEMANDS: ReadonlyMap<string, Demand> = new Map(
  Object.entries(NAT_HOOKS).map(([word, hooks]) => [
    word,
    {
      word,
      says: `${word} is for chains of type nat at ${hooks.join(' and ')} only`,
      suits: ({ type, hook }: NftBase) => type === 'nat' && hooks.includes(hook),
    },
  ]),
);
const MSS_HOOKS: readonly NftHook[] = ['forward', 'output', 'postrouting'];
const MSS_DEMAND: Demand = {
  word: 'rt',
  says: `what the route allows is known at ${MSS_HOOKS.join(', ')} only`,
  suits: ({ hook }) => MSS_HOOKS.includes(hook),
};
const TPROXY_DEMAND: Demand = { word: 'tproxy', says: 'tproxy is for prerouting only', suits: ({ hook }) => hook === 'prerouting' };
const REJECT_DEMAND: Demand = {
  word: 'reject',
  says: `reject is for ${REJECT_HOOKS.join(', ')} only`,
  suits: ({ hook }) => REJECT_HOOKS.includes(hook),
};

export function demandsOf({ statements }: NftRule): readonly Demand[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'tproxy') return TPROXY_DEMAND;
    if (statement.kind === 'set-mss' && statement.size === undefined) return MSS_DEMAND;
    if (statement.kind === 'reject') return REJECT_DEMAND;
    return statement.kind === 'nat' ? (NAT_DEMANDS.get(statement.nat) ?? []) : [];
  });
}

export function ruleFault(rule: NftRule, { expressions }: RuleParts, family: NftFamily): WordFault | undefined {
  if (expressions.some((each) => (each.kind === 'numgen' || each.kind === 'jhash') && each.modulus === 0))
    return { code: 'bad-modulus', message: 'the modulus must not be 0', word: 'mod' };
  return protocolFault(rule, family);
}
