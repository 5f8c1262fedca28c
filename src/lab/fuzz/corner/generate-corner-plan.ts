/**
 * The plan of a seed about a corner: a small network in which most probes meet the one kind of rule, set or setting that the seed is for, over IPv4
 * one and over IPv6 another. As many seeds in a row as there are corners come by each in either family. The same seed is the same plan.
 */
import { Chance } from '../chance.js';
import type { PlanDraft, ProbeDraft } from '../draft.js';
import { CHAIN_CORNERS } from './chain-corners.js';
import { CONNECTION_CORNERS } from './connection-corners.js';
import { address, CornerNetwork } from './corner-network.js';
import { ACROSS, type Corner } from './corner.js';
import { HEADER_CORNERS } from './header-corners.js';
import { NFT_CORNERS } from './nft-corners.js';
import { PLACE_CORNERS } from './place-corners.js';
import { WAY_CORNERS } from './way-corners.js';

const CORNERS: readonly Corner[] = [
  ...HEADER_CORNERS,
  ...CONNECTION_CORNERS,
  ...PLACE_CORNERS,
  ...CHAIN_CORNERS,
  ...WAY_CORNERS,
  ...NFT_CORNERS,
];
const TIMEOUT_MS = 70;
const SPORT = 20_001;

export function generateCornerPlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const net = new CornerNetwork(chance);
  const sides = [false, true].map((six) => {
    const list = CORNERS.filter(({ only }) => only === undefined || (only === 6) === six);
    const corner = list[(seed + (six ? list.length >> 1 : 0)) % list.length] as Corner;
    corner.build(net, six);
    return { six, corner };
  });
  const draft = net.draft();
  draft.probes = Array.from({ length: probes }, (_, i) => {
    const { six, corner } = chance.pick(sides);
    return cornerProbe(chance, i, six, corner);
  });
  return draft;
}

// eslint-disable-next-line eslint/max-params
export function cornerProbe(chance: Chance, i: number, six: boolean, { ways = ACROSS, probe: more }: Corner): ProbeDraft {
  const { netns, to } = chance.pick(ways);
  const proto = chance.weighed([
    [5, 'tcp' as const],
    [4, 'udp' as const],
    [2, 'icmp' as const],
  ]);
  const dport = proto === 'tcp' ? chance.pick([80, 80, 443, 8080, 22]) : chance.pick([53, 53, 5353, 9]);
  const plain: ProbeDraft = {
    ...{ id: `${i + 1}`, netns, proto, dst: address(chance.pick(to), six) },
    ...(proto === 'icmp' ? {} : { dport, sport: SPORT + i }),
    timeout_ms: TIMEOUT_MS,
  };
  return { ...plain, ...more?.(chance, plain, six) };
}
