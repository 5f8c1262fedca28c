/** `limit rate`: a bucket of time that fills as it passes and starts full (net/netfilter/nft_limit.c); `over` holds where it is empty. */
import { packetBytes } from '../../packet/packet-bytes.js';
import type { Statement, TimeUnit } from '../../plan/nft/nft-rule.js';
import type { Operation } from './outcome.js';

const SECONDS: Readonly<Record<TimeUnit, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };
const NS = 1_000_000_000;

interface Bucket {
  tokens: number;
  lastNs: number;
}

export function limitRate({ over, rate, unit, burst, bytes }: Extract<Statement, { kind: 'limit' }>): Operation {
  const unitNs = SECONDS[unit] * NS;
  const each = Math.floor(unitNs / rate);
  const full = bytes === true ? Math.floor((unitNs * (rate + burst)) / rate) : each * burst;
  const key = {};
  return (e) => {
    const nowNs = e.host.nowUs() * 1000;
    const bucket = e.nftState.get(key) as Bucket | undefined;
    const tokens = bucket === undefined ? full : Math.min(full, bucket.tokens + nowNs - bucket.lastNs);
    const cost = bytes === true ? Math.floor((unitNs * packetBytes(e.passage.packet)) / rate) : each;
    const within = tokens >= cost;
    e.nftState.set(key, { tokens: within ? tokens - cost : tokens, lastNs: nowNs });
    return within === over ? 'break' : undefined;
  };
}
