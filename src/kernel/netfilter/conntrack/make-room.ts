/**
 * A full table (__nf_conntrack_alloc and early_drop of net/netfilter/nf_conntrack_core.c): a connection that is not assured may make room for a new
 * one, if it lies in one of the eight buckets that are looked through; else the packet is dropped. Where entries lie is chance, for the kernel's
 * hash is seeded: so is, by that chance, whether one is given up. Which one it is cannot be known; the oldest is taken here. The limit is each
 * family's here, and a namespace's; on Linux it is both families' and the machine's first namespace's alone, so that the lab cannot set it.
 * Left out: what the kernel's worker gives up by itself once the table was full.
 */
import type { NetfilterHost } from '../contract.js';
import type { ConnectionTable } from './table.js';

/** NF_CT_EVICTION_RANGE. */
const BUCKETS_LOOKED_AT = 8;

export function makeRoom(table: ConnectionTable, host: NetfilterHost, max: number): boolean {
  if (max === 0 || table.all.length < max) return true;
  const nowUs = host.nowUs();
  if (table.countAlive(nowUs) < max) return true;
  const unassured = table.alive(nowUs).filter(({ assured }) => !assured);
  const [oldest] = unassured;
  if (oldest === undefined) return false;
  const buckets = host.sysctl('net.netfilter.nf_conntrack_buckets');
  const missed = buckets <= BUCKETS_LOOKED_AT ? 0 : (1 - BUCKETS_LOOKED_AT / buckets) ** (2 * unassured.length);
  if (host.oracle.choose('room in a full connection table', [missed, 1 - missed]) === 0) return false;
  oldest.dead = true;
  return true;
}
