/**
 * Matches that remember: -m statistic, -m limit, -m recent. What they remember belongs to the namespace, not to the rule, since
 * one compiled rule may stand on many nodes. A probability asks the choice oracle.
 */
import { formatIp } from '../../../base/ip.js';
import type { Match } from '../../../plan/rule/rule.js';
import { unsupported } from '../../../base/errors.js';
import type { Evaluation, Test } from '../evaluation.js';

const PROBABILITY_ONE = 0x80000000;

/** Branch 0 is the match. */
export function randomTest(probability: number, not: boolean): Test {
  const p = probability / PROBABILITY_ONE;
  const weights = [p, 1 - p];
  return (e) => {
    const holds = p >= 1 || (p > 0 && e.host.oracle.choose(e.hit.chain, weights) === 0);
    return holds !== not;
  };
}

/** Every n-th packet; the first that matches is number `packet`, counted from 0. */
export function nthTest(every: number, packet: number, not: boolean): Test {
  return (e) => {
    const count = (e.ruleState.get(e.hit) as number | undefined) ?? every - 1 - packet;
    const holds = count === every - 1;
    e.ruleState.set(e.hit, holds ? 0 : count + 1);
    return holds !== not;
  };
}

interface Bucket {
  tokens: number;
  lastUs: number;
}

const US = 1_000_000;

/** A token bucket on virtual time. */
export function limitTest(packets: number, perSeconds: number, burst: number): Test {
  const perUs = packets / (perSeconds * US);
  return (e) => {
    const nowUs = e.host.nowUs();
    const bucket = (e.ruleState.get(e.hit) as Bucket | undefined) ?? { tokens: burst, lastUs: nowUs };
    bucket.tokens = Math.min(burst, bucket.tokens + (nowUs - bucket.lastUs) * perUs);
    bucket.lastUs = nowUs;
    const holds = bucket.tokens >= 1;
    if (holds) bucket.tokens -= 1;
    e.ruleState.set(e.hit, bucket);
    return holds;
  };
}

type RecentMatch = Extract<Match, { kind: 'recent' }>;

/** Stamps kept for one address, as the kernel's ip_pkt_list_tot. */
const STAMPS_MAX = 20;

/** net/netfilter/xt_recent.c, recent_mt. */
export function recentTest(match: RecentMatch): Test {
  if (match.rttl) throw unsupported('recent-rttl', '-m recent --rttl is not modelled');
  return (e) => {
    const list = listOf(e, match.name);
    const key = recentKey(e, match);
    const stamps = list.get(key);
    const nowUs = e.host.nowUs();
    if (match.op === 'set') {
      touch(list, key, nowUs);
      return !match.not;
    }
    if (stamps === undefined) return match.not;
    if (match.op === 'remove') {
      list.delete(key);
      return !match.not;
    }
    const holds = recentEnough(match, stamps, nowUs) !== match.not;
    if (match.reap && match.seconds !== undefined) reap(list, nowUs - match.seconds * US);
    if (match.op === 'update' && holds) touch(list, key, nowUs);
    return holds;
  };
}

function listOf(e: Evaluation, name: string): Map<string, number[]> {
  let list = e.recent.get(name);
  if (list === undefined) {
    list = new Map();
    e.recent.set(name, list);
  }
  return list;
}

function recentKey({ passage: { packet } }: Evaluation, match: RecentMatch): string {
  const ip = match.side === 'source' ? packet.src : packet.dst;
  if (match.mask === undefined) return formatIp(ip);
  if (typeof ip === 'number' && typeof match.mask === 'number') return formatIp(ip & match.mask);
  return formatIp(typeof ip === 'bigint' && typeof match.mask === 'bigint' ? ip & match.mask : ip);
}

function touch(list: Map<string, number[]>, key: string, nowUs: number): void {
  list.set(key, [...(list.get(key) ?? []), nowUs].slice(-STAMPS_MAX));
}

function recentEnough(match: RecentMatch, stamps: readonly number[], nowUs: number): boolean {
  const since = match.seconds === undefined ? -Infinity : nowUs - match.seconds * US;
  const hits = stamps.filter((stamp) => stamp >= since).length;
  return hits >= Math.max(1, match.hitcount ?? 1);
}

/** Forgets addresses whose last stamp is older. */
function reap(list: Map<string, number[]>, sinceUs: number): void {
  for (const [key, stamps] of list) if ((stamps.at(-1) ?? 0) < sinceUs) list.delete(key);
}
