/**
 * `has an MSS of 1410`: the most bytes that the two ends of a TCP connection put into one segment, which is the smaller of what they announce
 * in SYN and SYN-ACK as these arrive.
 */
import type { Hop } from '../../trace/trace.js';
import type { Qualifier } from '../traffic-claim.js';
import { deliveryText } from './fate-text.js';
import type { Finding, Sight } from './finding.js';
import { observedReply, observedRequest } from './observed.js';

export function judgeMss(qualifier: Extract<Qualifier, { kind: 'mss' }>, sight: Sight): Finding | undefined {
  const announced = [observedRequest(sight), observedReply(sight)].map(announcedOnArrival);
  const expected = `both ends send segments of at most ${qualifier.mss} bytes`;
  const [there, back] = announced;
  if (there === undefined || back === undefined) {
    const made = sight.outcome.verdict === 'delivered' ? 'it is no TCP connection' : deliveryText(sight);
    return { expected, happened: made };
  }
  const mss = Math.min(there, back);
  if (mss === qualifier.mss) return undefined;
  const who = there === back ? 'both ends announce it' : `the ${there < back ? 'client' : 'server'} announces it`;
  return { expected, happened: `segments have at most ${mss} bytes: ${who}`, nearest: `has an MSS of ${mss}` };
}

/** Of the last packet that says one, outside of tunnels. */
function announcedOnArrival(hops: readonly Hop[]): number | undefined {
  const text = hops.map((hop) => /Flags \[S\.?\].*\bmss (\d+)/.exec(hop.packet)?.[1]).findLast((one) => one !== undefined);
  return text === undefined ? undefined : Number(text);
}
