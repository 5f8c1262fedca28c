/**
 * `can reach`, `cannot reach`: whether one outcome is the kind that the sentence speaks of, and what to say if it is not. Reached is what answered as
 * the object: somebody else behind the same address (another Service on the port, the node itself) does not count.
 */
import { endpointName } from '../place.js';
import type { ReachMode } from '../traffic-claim.js';
import { whatLed } from './deciding.js';
import { deliveryText } from './fate-text.js';
import type { Finding, Sight } from './finding.js';
import { notObserved } from './observed.js';

export function judgeReach(mode: ReachMode, sight: Sight): Finding | undefined {
  if (isReached(sight) === (mode !== 'cannot')) return undefined;
  const expected = {
    can: 'an answer, in every outcome',
    cannot: 'no answer, in any outcome',
    sometimes: 'an answer, in at least one outcome',
  }[mode];
  // Answered, but not as the sentence has it: whatever led there says why.
  return { expected, happened: reachText(sight), ...(sight.outcome.verdict === 'delivered' ? whatLed(sight) : {}) };
}

/** Whether the connection was made, and by one that may answer for the object. */
export function isReached({ outcome, target }: Pick<Sight, 'outcome' | 'target'>): boolean {
  if (outcome.verdict !== 'delivered') return false;
  if (target.servers === undefined) return true;
  if (outcome.server === null) throw notObserved('who answered');
  return target.servers.includes(outcome.server.replace(/#.*$/, ''));
}

/** What became of the connection; a wrong server is said to be one. */
export function reachText(sight: Sight): string {
  const { outcome, target, world } = sight;
  const text = deliveryText(sight);
  if (outcome.verdict !== 'delivered' || isReached(sight)) return text;
  const current = world.namespace ?? 'default';
  const servers = (target.servers ?? []).slice(0, 3).map((server) => endpointName(server, current));
  if (servers.length === 0) return `${text}, but ${target.label} has no endpoint`;
  return `${text}, which is none of the endpoints (${servers.join(', ')}${(target.servers ?? []).length > 3 ? ', …' : ''})`;
}
