/** What may not stand in the table or the built-in chain that a rule is in. What jumps lead to is looked at with the jumps. */
import type { Rule } from '../../rule/rule.js';
import { type Allowed, MATCH_PLACES, targetPlace } from '../../rule/where-allowed.js';
import type { WordFault } from './family-fault.js';
import type { RulePlace } from './rule-text.js';

const RECEIVED: readonly string[] = ['PREROUTING', 'INPUT'];
const SENT: readonly string[] = ['OUTPUT', 'POSTROUTING'];

export function placeFault({ table, chain }: RulePlace, rule: Rule): WordFault | undefined {
  for (const allowed of placesOf(rule)) {
    const { name, tables, chains } = allowed;
    if (tables !== undefined && !tables.includes(table)) return fault(name, `${name} is for the ${tables.join(' and ')} table only`);
    if (chain.policy !== undefined && chains !== undefined && !chains.includes(chain.name))
      return fault(name, `${name} is for ${chains.join(' and ')} only`);
  }
  if (table === 'nat' && rule.target?.kind === 'drop')
    return fault('DROP', 'the nat table cannot drop packets: it sees only the first of a connection', 'drop them in the filter table');
  return chain.policy === undefined ? undefined : deviceFault(chain.name, rule);
}

const ANYWHERE: readonly Allowed[] = [];

/** Where its target and its matches may stand; most rules may stand anywhere. */
export function placesOf({ target, modules }: Rule): readonly Allowed[] {
  const ofTarget = targetPlace(target);
  let places = ofTarget === undefined ? ANYWHERE : [ofTarget];
  if (modules === undefined) return places;
  for (const { name } of modules) {
    const ofMatch = MATCH_PLACES.get(name);
    if (ofMatch !== undefined) places = [...places, ofMatch];
  }
  return places;
}

function deviceFault(chain: string, { matches }: Rule): WordFault | undefined {
  if (RECEIVED.includes(chain) && matches.some(({ kind }) => kind === 'out-interface'))
    return fault('-o', `${chain} knows no outgoing interface`);
  if (SENT.includes(chain) && matches.some(({ kind }) => kind === 'in-interface'))
    return fault('-i', `${chain} knows no incoming interface`);
  return undefined;
}

function fault(word: string, message: string, fix?: string): WordFault {
  return { word, code: 'rule-misplaced', message, fix };
}
