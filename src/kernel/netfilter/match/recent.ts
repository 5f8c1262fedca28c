/**
 * -m recent: lists of addresses with the times they were seen at, kept by name for each namespace (net/netfilter/xt_recent.c,
 * recent_mt). A list holds the kernel's default of 100 addresses and forgets the one longest untouched; --reap forgets at most that one.
 */
import type { Ip } from '../../../base/ip.js';
import type { Match } from '../../../plan/rule/rule.js';
import type { Evaluation, Test } from '../evaluation.js';

type RecentMatch = Extract<Match, { kind: 'recent' }>;

interface Entry {
  /** Oldest first, µs. */
  stamps: number[];
  ttl: number;
}

/** By address, the longest untouched first. */
export type RecentList = Map<Ip, Entry>;

const ENTRIES_MAX = 100;
/** More than any --hitcount may ask for. */
const STAMPS_MAX = 256;
const US = 1_000_000;

export function recentTest(match: RecentMatch): Test {
  return (e) => {
    const list = listOf(e, match.name);
    const key = keyOf(e, match);
    const ttl = ttlSeen(e);
    let entry = list.get(key);
    if (entry !== undefined && match.rttl && entry.ttl !== ttl) entry = undefined;
    if (match.op === 'set') {
      touch(list, key, e.host.nowUs(), ttl);
      return !match.not;
    }
    if (entry === undefined) return match.not;
    if (match.op === 'remove') {
      list.delete(key);
      return !match.not;
    }
    return check(e, match, list, key, entry);
  };
}

/** --rcheck, and --update, which stamps the address when the match as a whole holds. */
function check(e: Evaluation, match: RecentMatch, list: RecentList, key: Ip, entry: Entry): boolean {
  const nowUs = e.host.nowUs();
  const since = match.seconds === undefined ? -Infinity : nowUs - match.seconds * US;
  const hits = entry.stamps.filter((stamp) => stamp >= since).length;
  const holds = hits >= Math.max(1, match.hitcount ?? 1) !== match.not;
  const updates = match.op === 'update' && holds;
  if (match.reap) reap(list, since, updates ? key : undefined);
  if (updates) touch(list, key, nowUs, ttlSeen(e));
  return holds;
}

function listOf(e: Evaluation, name: string): RecentList {
  let list = e.recent.get(name);
  if (list === undefined) {
    list = new Map();
    e.recent.set(name, list);
  }
  return list;
}

function keyOf({ passage: { packet } }: Evaluation, { side, mask }: RecentMatch): Ip {
  const ip = side === 'source' ? packet.src : packet.dst;
  if (typeof ip === 'number') return typeof mask === 'number' ? ip & mask : ip;
  return typeof mask === 'bigint' ? ip & mask : ip;
}

/** The TTL as it was before this host forwarded the packet. */
function ttlSeen({ passage, hook, outDevice }: Evaluation): number {
  const forwarded = outDevice !== undefined && passage.uid === undefined && hook !== 'output';
  return passage.packet.ttl + (forwarded ? 1 : 0);
}

function touch(list: RecentList, key: Ip, nowUs: number, ttl: number): void {
  const entry = list.get(key) ?? { stamps: [], ttl };
  list.delete(key);
  if (list.size >= ENTRIES_MAX) list.delete(list.keys().next().value as Ip);
  entry.stamps.push(nowUs);
  if (entry.stamps.length > STAMPS_MAX) entry.stamps.shift();
  entry.ttl = ttl;
  list.set(key, entry);
}

/** Forgets the address longest untouched, if that was before `since`; not the one that is about to be stamped. */
function reap(list: RecentList, since: number, working: Ip | undefined): void {
  for (const [key, { stamps }] of list) {
    if (key !== working && (stamps.at(-1) ?? 0) < since) list.delete(key);
    return;
  }
}
