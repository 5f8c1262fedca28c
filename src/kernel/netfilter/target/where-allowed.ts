/**
 * A rule in a table or hook where its target may not stand (plan/rule/where-allowed.ts) is one that no kernel would load, so that the input
 * is wrong. A plan in JSON is refused for it when it is read; plans that agents make come here first.
 */
import { inputError, type InputError } from '../../../base/errors.js';
import type { TableName } from '../../../plan/ruleset.js';
import type { Match, Target } from '../../../plan/rule/rule.js';
import { targetPlace } from '../../../plan/rule/where-allowed.js';
import type { Hook, RuleHit } from '../../../trace/event.js';

const BUILT_IN: readonly string[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** What is wrong with the rule's place, or undefined. */
export function misplaced(hit: RuleHit, target: Target | undefined, matches: readonly Match[]): InputError | undefined {
  const allowed = targetPlace(target);
  const tables = allowed?.tables;
  if (tables !== undefined && !tables.includes(hit.table as TableName))
    return refused(hit, `${allowed?.name} is for the ${tables.join(' and ')} table only`);
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
