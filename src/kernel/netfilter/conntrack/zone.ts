/**
 * Conntrack zones (include/net/netfilter/nf_conntrack_zones.h): a number that keeps equal tuples apart, in both directions or in one alone,
 * where the other is in zone 0. `CT --zone`, `--zone-orig` and `--zone-reply` give it to a packet before it is tracked.
 */
export interface Zone {
  readonly id: number;
  readonly original: boolean;
  readonly reply: boolean;
}

/** nf_ct_zone_id: of one direction. */
function idOf(zone: Zone | undefined, reply: boolean): number {
  if (zone === undefined) return 0;
  return (reply ? zone.reply : zone.original) ? zone.id : 0;
}

/** The same of an entry that is looked for as one direction of a connection: entries lie by the zone of their own (hash_conntrack). */
export function meetsZone(a: Zone | undefined, b: Zone | undefined, reply: boolean, wanted: boolean): boolean {
  return (a === undefined && b === undefined) || (idOf(a, reply) === idOf(b, reply) && idOf(a, reply) === idOf(b, wanted));
}

/** nf_ct_zone_equal. */
export function sameZone(a: Zone | undefined, b: Zone | undefined, reply: boolean): boolean {
  return a === b || idOf(a, reply) === idOf(b, reply);
}
