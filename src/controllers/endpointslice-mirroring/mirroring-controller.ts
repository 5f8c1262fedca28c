/**
 * The EndpointSlice mirroring controller (pkg/controller/endpointslicemirroring, Kubernetes 1.34): Endpoints that somebody wrote for a Service without selector
 * become EndpointSlices, which are what kube-proxy reads. Endpoints that say so (label skip-mirror), that serve leader election, or whose Service has a
 * selector or is not there, are not mirrored. Slices that claim to be this controller's but were not made here (a copy of a live cluster) keep it away.
 */
import type { Controller, ReconcileContext, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { createIndexer } from '../../api/object/indexer.js';
import { objectKey, refOf, splitKey } from '../../api/object/key.js';
import type { Endpoints, EndpointSlice } from '../../api/types/core.js';
import { portMapKey } from '../endpointslice/endpoint-ports.js';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../endpointslice/endpointslice-controller.js';
import { MIRRORED_MAX, MIRRORING_MANAGER, type MirroredContent, mirroredSlice, mirrorOf } from './mirrored-slices.js';

const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';

export function createEndpointSliceMirroringController(): Controller {
  const slices = createIndexer('EndpointSlice', serviceOfSlice);
  /** `namespace/name` of the slices made here. */
  const made = new Set<string>();
  return {
    name: 'endpointslicemirroring-controller',
    watches: ['Service', 'Endpoints', 'EndpointSlice'],
    keys(event) {
      slices.observe(event);
      if (event.object.kind !== 'EndpointSlice') return [objectKey(event.object)];
      return event.type !== 'ADDED' && made.has(objectKey(event.object)) ? serviceOfSlice(event.object as EndpointSlice) : [];
    },
    reconcile(key, context) {
      const existing = slices.get(context.view, key);
      if (existing.some((slice) => !made.has(objectKey(slice)))) return [];
      const { namespace, name } = splitKey(key);
      const endpoints = context.view.get('Endpoints', namespace, name);
      const service = context.view.get('Service', namespace, name);
      const wanted = endpoints !== undefined && isMirrored(endpoints) && service !== undefined && service.spec.selector === undefined;
      return wanted ? sliceWrites(endpoints, existing, context, made) : existing.map(deletion);
    },
  };
}

/** The Service of a slice that is, or says it is, this controller's. */
function serviceOfSlice({ metadata }: EndpointSlice): readonly string[] {
  const service = metadata.labels?.[SERVICE_NAME_LABEL];
  return metadata.labels?.[MANAGED_BY_LABEL] === MIRRORING_MANAGER && service !== undefined ? [`${metadata.namespace}/${service}`] : [];
}

function isMirrored({ metadata }: Endpoints): boolean {
  return metadata.labels?.[SKIP_LABEL] !== 'true' && metadata.annotations?.[LEADER_ANNOTATION] === undefined;
}

function deletion(slice: EndpointSlice): Write {
  return { op: 'delete', ref: refOf(slice) };
}

/** A slice with the same family and ports is written anew, then one that would go, then a new one. */
function sliceWrites(endpoints: Endpoints, existing: readonly EndpointSlice[], context: ReconcileContext, made: Set<string>): Write[] {
  const { contents, invalid, surplus } = mirrorOf(endpoints);
  const free = [...existing];
  const take = (fits: (slice: EndpointSlice) => boolean): EndpointSlice | undefined => {
    const at = free.findIndex(fits);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  const kept = contents.map((content) => ({ content, before: take((slice) => keyOf(slice) === keyOf(content)) }));
  const writes: Write[] = [];
  for (const { content, before } of kept) {
    const slice = before ?? take(({ addressType }) => addressType === content.addressType);
    if (slice === undefined) writes.push({ op: 'create', object: newSlice(endpoints, content, context, made) });
    else {
      const object = mirroredSlice(endpoints, content, slice.metadata.name, slice);
      if (!isEqual(object, slice)) writes.push({ op: 'update', object });
    }
  }
  return [...warnings(endpoints, invalid, surplus), ...writes, ...free.map(deletion)];
}

function keyOf({ addressType, ports }: MirroredContent): string {
  return `${addressType} ${portMapKey(ports)}`;
}

function newSlice(endpoints: Endpoints, content: MirroredContent, { view, suffix }: ReconcileContext, made: Set<string>): EndpointSlice {
  const { name, namespace } = endpoints.metadata;
  let sliceName = `${name.slice(0, 58)}-${suffix()}`;
  while (view.get('EndpointSlice', namespace, sliceName) !== undefined) sliceName = `${name.slice(0, 58)}-${suffix()}`;
  made.add(`${namespace}/${sliceName}`);
  return mirroredSlice(endpoints, content, sliceName);
}

function warnings(about: Endpoints, invalid: number, surplus: number): Write[] {
  const warn = (reason: string, message: string): Write => ({ op: 'event', about, type: 'Warning', reason, message });
  return [
    ...(invalid === 0 ? [] : [warn('InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`)]),
    ...(surplus === 0
      ? []
      : [
          warn(
            'TooManyAddressesToMirror',
            `A max of ${MIRRORED_MAX} addresses can be mirrored to EndpointSlices per Endpoints subset. ${invalid + surplus} addresses were skipped`,
          ),
        ]),
  ];
}
