/**
 * Spreading a Service's endpoints over slices of at most 100 with few writes (k8s.io/endpointslice reconciler.go reconcileByPortMapping and
 * finalize): what has its place keeps it, slices that change anyway are filled first, then one unchanged slice with enough room, then
 * new ones; a slice that would go takes the content of one that would come. Upstream takes the endpoints in map order, here they
 * come in the order given.
 */
import { isEqual } from '../../api/equal.js';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/types/core.js';

const ENDPOINTS_MAX = 100;

/** Endpoints that share address family and ports. */
export interface Group {
  readonly addressType: EndpointSlice['addressType'];
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface Placement {
  /** New content; `name` is that of an existing slice, undefined for one to be created. */
  readonly written: readonly { readonly name: string | undefined; readonly group: Group }[];
  readonly deleted: readonly EndpointSlice[];
}

interface Place {
  readonly name: string | undefined;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

/** `existing` are the slices with the group's family and ports; a slice is identified by its name alone. */
export function placeGroup(group: Group, existing: readonly EndpointSlice[]): Placement {
  if (group.endpoints.length === 0) return placeNothing(group, existing);
  const wanted = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const places = existing.map((slice) => keepPlaces(slice, wanted));
  const rest = [...wanted.values()];
  fillChanged(places, rest);
  while (rest.length > 0) {
    const place = roomiest(places, rest.length) ?? newPlace(places);
    place.changed = true;
    place.endpoints.push(...rest.splice(0, ENDPOINTS_MAX - place.endpoints.length));
  }
  const written = places.filter((place) => place.changed && place.endpoints.length > 0);
  const emptied = new Set(places.filter((place) => place.endpoints.length === 0).map(({ name }) => name));
  return {
    written: written.map(({ name, endpoints }) => ({ name, group: { ...group, endpoints } })),
    deleted: existing.filter((slice) => emptied.has(slice.metadata.name)),
  };
}

/** A Service without endpoints has one empty slice per family. */
function placeNothing(group: Group, existing: readonly EndpointSlice[]): Placement {
  const empty = existing.find((slice) => (slice.endpoints?.length ?? 0) === 0);
  const kept = empty ?? existing[0];
  return {
    written: empty === undefined ? [{ name: kept?.metadata.name, group }] : [],
    deleted: existing.filter((slice) => slice !== kept),
  };
}

/** Turns creations into updates of slices that would be deleted, family by family. */
export function reuseSlices({ written, deleted }: Placement): Placement {
  const free = [...deleted];
  const reused = written.map((write) => {
    if (write.name !== undefined) return write;
    const at = free.findIndex((slice) => slice.addressType === write.group.addressType);
    return at < 0 ? write : { ...write, name: free.splice(at, 1)[0]?.metadata.name };
  });
  return { written: reused, deleted: free };
}

/** The slice with what is still wanted of it, in its present form; takes that out of `wanted`. */
function keepPlaces(slice: EndpointSlice, wanted: Map<string, Endpoint>): Place {
  const endpoints: Endpoint[] = [];
  let changed = false;
  for (const endpoint of slice.endpoints ?? []) {
    const key = identity(endpoint);
    const now = wanted.get(key);
    if (now === undefined) continue;
    endpoints.push(now);
    changed ||= !isEqual(now, endpoint);
    wanted.delete(key);
  }
  return { name: slice.metadata.name, endpoints, changed: changed || endpoints.length !== (slice.endpoints?.length ?? 0) };
}

/** The fullest first. */
function fillChanged(places: readonly Place[], rest: Endpoint[]): void {
  const open = places.filter((place) => place.changed && place.endpoints.length > 0);
  for (const place of open.sort((a, b) => b.endpoints.length - a.endpoints.length)) {
    place.endpoints.push(...rest.splice(0, ENDPOINTS_MAX - place.endpoints.length));
  }
}

/** Of the unchanged slices that could take all of `count`, the one closest to full. */
function roomiest(places: readonly Place[], count: number): Place | undefined {
  if (count >= ENDPOINTS_MAX) return undefined;
  const open = places.filter((place) => !place.changed && place.endpoints.length + count <= ENDPOINTS_MAX);
  return open.sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
}

function newPlace(places: Place[]): Place {
  const place: Place = { name: undefined, endpoints: [], changed: true };
  places.push(place);
  return place;
}

function identity(endpoint: Endpoint): string {
  return `${endpoint.targetRef?.uid ?? endpoint.targetRef?.name ?? ''} ${endpoint.addresses.join(',')}`;
}
