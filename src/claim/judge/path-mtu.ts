/** `has a path MTU of 1450`: the smallest MTU that the client's packet meets on its way, its tunnels' overhead taken off. */
import type { Qualifier } from '../traffic-claim.js';
import type { Finding, Sight } from './finding.js';
import { notObserved } from './observed.js';

export function judgePathMtu(qualifier: Extract<Qualifier, { kind: 'path-mtu' }>, sight: Sight): Finding | undefined {
  const { pathMtu } = sight.outcome;
  if (pathMtu === null) throw notObserved('the path MTU');
  if (pathMtu === qualifier.mtu) return undefined;
  return {
    expected: `the path MTU is ${qualifier.mtu} bytes`,
    happened: `it is ${pathMtu} bytes`,
    nearest: `has a path MTU of ${pathMtu}`,
  };
}
