/**
 * In which tables and hooks a target may stand (the `table` and `hooks` of each xt_target, and of the nat table what iptables itself
 * refuses). A rule elsewhere is one that no kernel would load, so that the input is wrong.
 */
import { inputError, type InputError } from '../../../base/errors.js';
import type { TableName } from '../../../plan/ruleset.js';
import type { Match, Target } from '../../../plan/rule/rule.js';
import type { Hook, RuleHit } from '../../../trace/event.js';

const DESTINATION: readonly string[] = ['PREROUTING', 'OUTPUT'];
const SOURCE: readonly string[] = ['INPUT', 'POSTROUTING'];
const BUILT_IN: readonly string[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

interface Allowed {
  readonly name: string;
  readonly table: TableName;
  /** Of the built-in chains; all of the table's unless given. */
  readonly chains?: readonly string[];
}

const ALLOWED: Partial<Record<Target['kind'], Allowed>> = {
  dnat: { name: 'DNAT', table: 'nat', chains: DESTINATION },
  redirect: { name: 'REDIRECT', table: 'nat', chains: DESTINATION },
  snat: { name: 'SNAT', table: 'nat', chains: SOURCE },
  masquerade: { name: 'MASQUERADE', table: 'nat', chains: ['POSTROUTING'] },
  netmap: { name: 'NETMAP', table: 'nat' },
  reject: { name: 'REJECT', table: 'filter' },
  notrack: { name: 'NOTRACK', table: 'raw' },
  ct: { name: 'CT', table: 'raw' },
  dscp: { name: 'DSCP', table: 'mangle' },
  tos: { name: 'TOS', table: 'mangle' },
  ttl: { name: 'TTL', table: 'mangle' },
  'hop-limit': { name: 'HL', table: 'mangle' },
};

/** What is wrong with the rule's place, or undefined. */
export function misplaced(hit: RuleHit, target: Target | undefined, matches: readonly Match[]): InputError | undefined {
  const allowed = target === undefined ? undefined : ALLOWED[target.kind];
  if (allowed !== undefined && allowed.table !== hit.table) return refused(hit, `${allowed.name} is for the ${allowed.table} table only`);
  if (hit.table === 'nat' && target?.kind === 'drop')
    return refused(hit, 'the nat table cannot drop packets: it sees only the first of a connection');
  if (!BUILT_IN.includes(hit.chain)) return undefined;
  if (allowed?.chains !== undefined && !allowed.chains.includes(hit.chain)) {
    return refused(hit, `${allowed.name} is for ${allowed.chains.join(' and ')} only`);
  }
  return misplacedDevice(hit, matches);
}

function misplacedDevice(hit: RuleHit, matches: readonly Match[]): InputError | undefined {
  const { chain } = hit;
  if ((chain === 'PREROUTING' || chain === 'INPUT') && matches.some(({ kind }) => kind === 'out-interface')) {
    return refused(hit, `${chain} knows no outgoing interface (-o)`);
  }
  if ((chain === 'OUTPUT' || chain === 'POSTROUTING') && matches.some(({ kind }) => kind === 'in-interface')) {
    return refused(hit, `${chain} knows no incoming interface (-i)`);
  }
  return undefined;
}

/** A target of a user chain that a built-in chain of the wrong hook leads to. */
export function wrongHook(hit: RuleHit, target: string, hook: Hook): InputError {
  return refused(hit, `${target} cannot be reached from ${hook.toUpperCase()}`);
}

function refused({ table, chain, index, text }: RuleHit, why: string): InputError {
  return inputError('rule-misplaced', `table ${table}, chain ${chain}, rule ${index}: ${why}`, { fix: `the rule is: ${text}` });
}
