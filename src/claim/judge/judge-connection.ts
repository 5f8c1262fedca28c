/**
 * What becomes of one more request on a connection that was opened before; or, of the endpoints, who answered when it was opened. It must be so in
 * every outcome, but `may be` asks for one.
 */
import { InvariantError } from '../../base/errors.js';
import { claimedSentence, claimMismatch } from '../explain/mismatch.js';
import { endpointName } from '../place.js';
import { CONNECTION_FATES, type ConnectionClaim, type ConnectionFate } from '../parse/connection-claim.js';
import type { TrafficClaim } from '../traffic-claim.js';
import type { ClaimWorld } from '../world.js';
import { sightsOf } from './checks.js';
import { whatLed } from './deciding.js';
import { deliveryText, isReset } from './fate-text.js';
import type { Finding, Sight } from './finding.js';
import type { Check, Judgement } from './judgement.js';

const EXPECTED: Readonly<Record<ConnectionFate, string>> = {
  works: 'one more request on it is answered, in every outcome',
  fails: 'no more request on it is answered, in any outcome',
  closed: 'the other end has closed it: its client reads the end',
  reset: 'its client is told that it is reset',
  refused: 'its client is told that nobody listens (ICMP port unreachable, or a reset of its first packet)',
  timeout: 'nothing answers one more request on it',
  unreachable: 'its client is told that there is no way (an ICMP error)',
  'same-endpoint': 'who answered the connection before it answers this one, in every outcome',
  'another-endpoint': 'somebody else answers than the connection before it, in every outcome',
  'maybe-another-endpoint': 'somebody else answers than the connection before it, in at least one outcome',
};

/** Whether the connection's opening is judged, and not what became of it since. */
export function isAboutOpening({ fate }: ConnectionClaim): boolean {
  return fate.endsWith('-endpoint');
}

/** `opened`: the sentence that opened them. */
export function judgeConnection(claim: ConnectionClaim, checks: readonly Check[], world: ClaimWorld, opened: TrafficClaim): Judgement {
  for (const check of checks) {
    const sights = sightsOf(check, world);
    const wrong = sights.filter((sight) => !holds(claim.fate, sight));
    const isEnough = claim.fate === 'maybe-another-endpoint' && wrong.length < sights.length;
    const [sight] = wrong;
    if (sight !== undefined && !isEnough) throw mismatch(claim, sight, wrong);
  }
  const mode = ['works', 'same-endpoint', 'another-endpoint', 'maybe-another-endpoint'].includes(claim.fate) ? 'can' : 'cannot';
  return { claim: { ...opened, mode }, checks, subjects: checks.map(({ subject }) => subject), whole: undefined, ok: true };
}

function mismatch(claim: ConnectionClaim, sight: Sight, wrong: readonly Sight[]): Error {
  const finding: Finding = {
    expected: EXPECTED[claim.fate],
    happened: happened(claim, sight),
    ...why(claim, sight),
  };
  const failing = { count: wrong.length, probability: wrong.reduce((sum, { outcome }) => sum + outcome.probability, 0) };
  const fates = new Set(wrong.map((one) => fateOf(one, claim)));
  const [fate] = fates;
  const nearest =
    fates.size === 1 && fate !== undefined && wrong.length === sight.trace.outcomes.length
      ? `${claim.sentence.slice(0, claim.span.start)}${CONNECTION_FATES[fate]}`
      : null;
  return claimMismatch({ claimed: claimedSentence(claim.sentence, claim.span), sight, finding, failing, nearest });
}

/** The rule that chose who answers; of an open connection no rule does. */
function why(claim: ConnectionClaim, sight: Sight): Pick<Finding, 'rule' | 'reason'> {
  const { connection, verdict, nat } = sight.outcome;
  if (isAboutOpening(claim)) return verdict === 'delivered' ? whatLed(sight) : {};
  if (connection?.closed === true) return { reason: 'the process that held it has ended' };
  const step = nat.findLast(({ kind }) => kind === 'DNAT');
  return verdict === 'delivered' && step !== undefined ? { reason: keptText(step.node, step.to) } : {};
}

function keptText(node: string, to: string): string {
  return `${node} goes on translating it to ${to}, as when it was opened`;
}

function refusal(sight: Sight): ConnectionFate {
  if (sight.outcome.connection?.closed === true) return 'closed';
  return isReset(sight) ? 'reset' : 'refused';
}

function holds(fate: ConnectionFate, sight: Sight): boolean {
  const { verdict, server, connection } = sight.outcome;
  if (connection === undefined) throw new InvariantError('a connection that stays open was traced as another');
  switch (fate) {
    case 'works':
      return verdict === 'delivered';
    case 'fails':
      return verdict !== 'delivered';
    case 'closed':
    case 'reset':
    case 'refused':
      return verdict === 'refused' && refusal(sight) === fate;
    case 'timeout':
    case 'unreachable':
      return verdict === fate;
    case 'same-endpoint':
      return server !== null && server === connection.before;
    case 'another-endpoint':
    case 'maybe-another-endpoint':
      return server !== null && connection.before !== null && server !== connection.before;
  }
}

/** What would have been true of the outcome. */
function fateOf(sight: Sight, claim: ConnectionClaim): ConnectionFate | undefined {
  const { verdict, server, connection } = sight.outcome;
  if (isAboutOpening(claim)) {
    if (server === null || connection?.before === null) return undefined;
    return server === connection?.before ? 'same-endpoint' : 'another-endpoint';
  }
  if (verdict === 'delivered') return 'works';
  return verdict === 'refused' ? refusal(sight) : verdict;
}

function happened(claim: ConnectionClaim, sight: Sight): string {
  const { connection, verdict } = sight.outcome;
  const current = sight.world.namespace ?? 'default';
  const name = (endpoint: string | null | undefined): string =>
    endpoint === null || endpoint === undefined ? 'nobody' : endpointName(endpoint, current);
  if (isAboutOpening(claim)) {
    if (connection?.before === null) return `${deliveryText(sight)}; no connection before it was answered`;
    return `${deliveryText(sight)}; ${name(connection?.before)} answered the one before`;
  }
  const gone = connection?.openedBy === null || connection === undefined ? undefined : sight.world.gone?.(connection.openedBy);
  const opened = `it was opened to ${name(connection?.openedBy)}${gone === undefined ? '' : `, ${gone}`}`;
  if (connection?.openedBy === null) return `it was never open: ${deliveryText(sight)}`;
  if (connection?.closed === true) return `${name(connection.openedBy)} has closed it`;
  return verdict === 'delivered' ? deliveryText(sight) : `${deliveryText(sight)}; ${opened}`;
}
