/**
 * Endpoints hold at most 1000 addresses (pkg/controller/endpoint truncateEndpoints): ready ones come first, and each subset keeps its part of
 * them, rounded up, as far as there is room.
 */
import type { EndpointAddress, EndpointSubset } from '../../api/types/core.js';

export const ADDRESSES_MAX = 1000;

/** Undefined when all of them have room. */
export function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] | undefined {
  const ready = count(subsets, 'addresses');
  const notReady = count(subsets, 'notReadyAddresses');
  if (ready + notReady <= ADDRESSES_MAX) return undefined;
  if (ready > ADDRESSES_MAX) return share(subsets, 'addresses', { total: ready, room: ADDRESSES_MAX }).map(withoutNotReady);
  return share(subsets, 'notReadyAddresses', { total: notReady, room: ADDRESSES_MAX - ready });
}

type Field = 'addresses' | 'notReadyAddresses';

function count(subsets: readonly EndpointSubset[], field: Field): number {
  return subsets.reduce((sum, subset) => sum + (subset[field]?.length ?? 0), 0);
}

function share(
  subsets: readonly EndpointSubset[],
  field: Field,
  { total, room }: { readonly total: number; readonly room: number },
): EndpointSubset[] {
  let left = room;
  return subsets.map((subset) => {
    const all = subset[field] ?? [];
    const kept = all.slice(0, Math.min(Math.ceil((all.length / total) * room), left));
    left -= kept.length;
    return withAddresses(subset, field, kept);
  });
}

function withoutNotReady(subset: EndpointSubset): EndpointSubset {
  return withAddresses(subset, 'notReadyAddresses', []);
}

function withAddresses(subset: EndpointSubset, field: Field, addresses: readonly EndpointAddress[]): EndpointSubset {
  const { [field]: _, ...rest } = subset;
  return addresses.length === 0 ? rest : { ...rest, [field]: addresses };
}
