/** `the PROXY header names 203.0.113.9`, `carries no PROXY header`: whom a balancer names to the server before anything that the client says. */
import type { Qualifier } from '../traffic-claim.js';
import { addressOf, isAtPlace, placeText, sameAddress, withOwner } from './address.js';
import type { Finding, Sight } from './finding.js';
import { deliveryText } from './fate-text.js';

export function judgeProxyHeader(
  { address }: Extract<Qualifier, { kind: 'proxy-header' }>,
  sight: Sight,
  sentence: string,
): Finding | undefined {
  const { proxyHeader, clientSees, verdict } = sight.outcome;
  const named = proxyHeader?.src;
  const expected = expectation(address, sight, sentence);
  if (verdict !== 'delivered') return { expected, happened: deliveryText(sight) };
  if (named === undefined) {
    if (address === undefined) return undefined;
    return {
      expected,
      happened: 'it carries no PROXY header: no balancer that sends one is on its way',
      nearest: 'carries no PROXY header',
    };
  }
  const own = sameAddress(named, clientSees.src);
  const matches = address === 'own' ? own : address !== undefined && isAtPlace(named, address, sight.world);
  if (matches) return undefined;
  return {
    expected,
    happened: `the PROXY header names ${withOwner(addressOf(named), sight.world)}`,
    nearest: `the PROXY header names ${own ? "the client's own address" : addressOf(named)}`,
  };
}

function expectation(
  address: Extract<Qualifier, { kind: 'proxy-header' }>['address'],
  { outcome, world }: Sight,
  sentence: string,
): string {
  if (address === undefined) return 'the server is sent no PROXY header';
  if (address !== 'own') return `the PROXY header names ${placeText(address, sentence, world)}`;
  return `the PROXY header names the client's own address, ${withOwner(addressOf(outcome.clientSees.src), world)}`;
}
