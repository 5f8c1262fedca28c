/** What a namespace's rules see and remember, before its first hook. */
import type { RuleHit } from '../../trace/event.js';
import { newPassage } from '../path/passage.js';
import type { Evaluation } from './evaluation.js';

const NO_HIT: RuleHit = { table: 'filter', chain: '', index: 0, text: '' };

export function newEvaluation({ host, counters, chain, bind }: Pick<Evaluation, 'host' | 'counters' | 'chain' | 'bind'>): Evaluation {
  return {
    passage: newPassage(undefined as never, 0),
    hook: 'prerouting',
    table: 'filter',
    inDevice: undefined,
    outDevice: undefined,
    record: false,
    hits: [],
    hitsAreOwn: false,
    nat: [],
    hit: NO_HIT,
    decidedBy: undefined,
    rejectWith: undefined,
    host,
    owner: {},
    counters,
    ruleState: new Map(),
    recent: new Map(),
    hashlimits: new Map(),
    nftState: host.nftState ?? new Map(),
    chain,
    bind,
  };
}

export function forgetState(evaluation: Evaluation): void {
  // Clearing an empty map makes a new one inside.
  const { ruleState, recent, hashlimits, nftState } = evaluation;
  if (ruleState.size > 0) ruleState.clear();
  if (recent.size > 0) recent.clear();
  if (hashlimits.size > 0) hashlimits.clear();
  if (nftState.size > 0) nftState.clear();
}
