/**
 * Matches that count: -m statistic, -m limit, -m quota. What they remember belongs to the namespace, not to the rule, since one compiled rule
 * may stand on many nodes; nor to the match alone, since rules of one text share it. A probability asks the choice oracle.
 */
import { packetBytes } from '../../../packet/packet-bytes.js';
import { matchState, type Test } from '../evaluation.js';

const PROBABILITY_ONE = 0x80000000;

/** One for all rules of one probability, of which there are few. */
const randomTests = new Map<number, Test>();
const RANDOM_TESTS_MAX = 1000;

/** Branch 0 is the match. */
export function randomTest(probability: number, not: boolean): Test {
  const key = not ? -1 - probability : probability;
  let test = randomTests.get(key);
  if (test !== undefined) return test;
  if (randomTests.size >= RANDOM_TESTS_MAX) randomTests.clear();
  test = newRandomTest(probability, not);
  randomTests.set(key, test);
  return test;
}

function newRandomTest(probability: number, not: boolean): Test {
  const p = probability / PROBABILITY_ONE;
  const weights = [p, 1 - p];
  return (e) => {
    const holds = p >= 1 || (p > 0 && e.host.oracle.choose(e.hit.chain, weights) === 0);
    return holds !== not;
  };
}

/** Every n-th packet; the first that matches is number `packet`, counted from 0. */
export function nthTest(every: number, packet: number, not: boolean): Test {
  const self = {};
  return (e) => {
    const state = matchState(e);
    const count = (state.get(self) as number | undefined) ?? every - 1 - packet;
    const holds = count === every - 1;
    state.set(self, holds ? 0 : count + 1);
    return holds !== not;
  };
}

interface Bucket {
  creditUs: number;
  lastUs: number;
}

const US = 1_000_000;
/** The tool hands the kernel the time between two packets in units of 1/10000 s (XT_LIMIT_SCALE). */
const UNIT_US = 100;

/** A bucket of credit that grows with time (net/netfilter/xt_limit.c); it starts full. */
export function limitTest(packets: number, perSeconds: number, burst: number): Test {
  const costUs = Math.floor((perSeconds * US) / (packets * UNIT_US)) * UNIT_US;
  const fullUs = costUs * burst;
  const self = {};
  return (e) => {
    const nowUs = e.host.nowUs();
    const state = matchState(e);
    const bucket = state.get(self) as Bucket | undefined;
    const creditUs = bucket === undefined ? fullUs : Math.min(fullUs, bucket.creditUs + nowUs - bucket.lastUs);
    const holds = creditUs >= costUs;
    state.set(self, { creditUs: holds ? creditUs - costUs : creditUs, lastUs: nowUs });
    return holds;
  };
}

/** Bytes that are left; a packet that does not fit ends them for good (net/netfilter/xt_quota.c). */
export function quotaTest(bytes: number, not: boolean): Test {
  const self = {};
  return (e) => {
    const state = matchState(e);
    const left = (state.get(self) as number | undefined) ?? bytes;
    const length = packetBytes(e.passage.packet);
    const holds = left >= length;
    state.set(self, holds ? left - length : 0);
    return holds !== not;
  };
}
