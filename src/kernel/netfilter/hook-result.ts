/** What came of a hook; one and the same object where nothing matched and nothing changed. */
import type { DropReason } from '../../trace/drop-reason.js';
import type { NatChange, RuleHit } from '../../trace/event.js';
import type { HookResult } from './contract.js';
import type { Evaluation } from './evaluation.js';

const NO_RULES: readonly RuleHit[] = [];
const NO_NAT: readonly NatChange[] = [];

export const ACCEPT: HookResult = {
  verdict: 'accept',
  rejectWith: undefined,
  decidedBy: undefined,
  reason: undefined,
  rules: NO_RULES,
  nat: NO_NAT,
};

export function hookResult(e: Evaluation, verdict: HookResult['verdict'], reason: DropReason | undefined): HookResult {
  const { hits, nat } = e;
  if (verdict === 'accept' && hits.length === 0 && nat.length === 0) return ACCEPT;
  return {
    verdict,
    rejectWith: e.rejectWith,
    decidedBy: e.decidedBy,
    reason,
    rules: hits.length > 0 ? hits : NO_RULES,
    nat: nat.length > 0 ? nat : NO_NAT,
  };
}
