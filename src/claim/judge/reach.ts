/** `can reach`, `cannot reach`: whether one outcome is the kind that the sentence speaks of, and what to say if it is not. */
import type { ReachMode } from '../traffic-claim.js';
import { deliveryText } from './fate-text.js';
import type { Finding, Sight } from './finding.js';

export function judgeReach(mode: ReachMode, sight: Sight): Finding | undefined {
  const delivered = sight.outcome.verdict === 'delivered';
  if (delivered === (mode !== 'cannot')) return undefined;
  return {
    expected: { can: 'an answer, in every outcome', cannot: 'no answer, in any outcome', sometimes: 'an answer, in at least one outcome' }[
      mode
    ],
    happened: deliveryText(sight),
  };
}
