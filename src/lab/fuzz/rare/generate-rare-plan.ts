/**
 * The plan of a seed about what other random plans seldom come by: a small network of one family in which most probes meet the one kind of rule,
 * chain or way that the seed is for. As many seeds in a row as there are such come by each. The same seed is the same plan.
 */
import { Chance } from '../chance.js';
import { CONNECTION_CORNERS } from '../corner/connection-corners.js';
import { CornerNetwork } from '../corner/corner-network.js';
import { cornerProbe } from '../corner/generate-corner-plan.js';
import { WAY_CORNERS } from '../corner/way-corners.js';
import type { PlanDraft } from '../draft.js';
import { RARE_CHAINS } from './rare-chains.js';
import type { RareCorner } from './rare-corner.js';
import { RARE_CHANGES } from './rare-changes.js';
import { RARE_MATCHES } from './rare-matches.js';
import { RARE_WAYS } from './rare-ways.js';

/** Corners that one plan in fifty, and half of its probes, are too few for. */
const AGAIN: Readonly<Record<string, string>> = { connmark: 'crs', redirects: 'rpq', 'redirects, again': 'rpq' };
const ONCE: readonly RareCorner[] = [
  ...RARE_MATCHES,
  ...RARE_CHAINS,
  ...RARE_WAYS,
  ...RARE_CHANGES,
  ...[...CONNECTION_CORNERS, ...WAY_CORNERS].flatMap((corner) => {
    const hosts = AGAIN[corner.name];
    return hosts === undefined ? [] : [{ ...corner, hosts }];
  }),
];

/** Of these some plans show nothing. */
const OFTEN: readonly string[] = [
  ...['a long chain', 'a long chain of sets', 'lists of sets', 'a long table', 'sizes', 'pieces', 'pieces of IPv6'],
  'a long chain of datagrams',
  ...['copies alone', 'macvlans of one host', 'redirects', 'redirects, again', 'redirects of IPv6', 'nobody'],
  ...['zones', 'connmark', 'lists that stay'],
];
const CORNERS: readonly RareCorner[] = [...ONCE.filter(({ name }) => OFTEN.includes(name)), ...ONCE];

export function generateRarePlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const corner = CORNERS[seed % CORNERS.length] as RareCorner;
  const net = new CornerNetwork(chance, (corner.hosts ?? 'crs').split(''));
  const six = corner.only === undefined ? chance.maybe(45) : corner.only === 6;
  corner.build(net, six);
  const draft = net.draft();
  draft.probes = Array.from({ length: probes }, (_, i) => cornerProbe(chance, i, six, corner));
  return corner.epoch === undefined ? draft : { ...draft, epoch: corner.epoch };
}
