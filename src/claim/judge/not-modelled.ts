/** Parts of a sentence that no trace of packets can decide yet; each is named, and the claim is neither passed nor failed. */
import { UnsupportedError, unsupported } from '../../base/errors.js';
import type { Qualifier, TrafficClaim } from '../traffic-claim.js';

export function checkModelled(claim: Pick<TrafficClaim, 'sentence' | 'object' | 'route'>): void {
  const { object, route } = claim;
  if (object.kind === 'host') throw notModelled(claim.sentence, object.span, 'object-host', 'reaching a host by its name (DNS)');
  if (route?.via === 'Ingress') throw notModelled(claim.sentence, route.span, 'route-ingress', 'a way through an Ingress');
  if (route?.via === 'Gateway') throw notModelled(claim.sentence, route.span, 'route-gateway', 'a way through a Gateway');
}

export function checkQualifiersModelled(sentence: string, qualifiers: readonly Qualifier[]): void {
  for (const qualifier of qualifiers) {
    const place = 'to' in qualifier ? qualifier.to : 'address' in qualifier ? qualifier.address : undefined;
    if (place === undefined || place === 'own' || place.kind !== 'host') continue;
    throw notModelled(sentence, place.span, 'object-host', 'the address of a host name (DNS)');
  }
}

function notModelled(sentence: string, span: { start: number; end: number }, code: string, what: string): UnsupportedError {
  const position = { file: 'step', line: 1, column: span.start + 1, text: sentence, width: span.end - span.start };
  return unsupported(code, `${what} is not modelled yet`, { position });
}
