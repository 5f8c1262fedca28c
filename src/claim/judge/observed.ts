/** A judge that cannot see a packet's way (a live cluster, say) must not call a claim about it true or false. */
import { unsupported } from '../../base/errors.js';
import type { Hop } from '../../trace/trace.js';
import { ownWay } from '../own-way.js';
import type { Sight } from './finding.js';

/** Hops of the request; UnsupportedError where nobody recorded them. */
export function observedRequest(sight: Sight): readonly Hop[] {
  const { request } = sight.outcome;
  if (request.length === 0) throw notObserved('the way of the request');
  return ownWay(request);
}

/** Hops of the reply; none where there was no reply. */
export function observedReply(sight: Sight): readonly Hop[] {
  const { reply, verdict } = sight.outcome;
  if (reply.length === 0 && verdict === 'delivered') throw notObserved('the way of the reply');
  return ownWay(reply);
}

export function notObserved(what: string): Error {
  return unsupported('not-observed', `${what} was not observed, so nothing can be said about it`);
}
