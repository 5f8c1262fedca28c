/**
 * The slices that hand-written Endpoints are mirrored to (pkg/controller/endpointslicemirroring reconciler.go, utils.go): one per address family and port
 * list, with up to 1000 addresses of each subset, ready ones first. Upstream fills a slice in map order, here in the order written.
 */
import { formatIp, parseIp } from '../../base/ip.js';
import { controllerReference } from '../../api/object/owner.js';
import type { Endpoint, EndpointAddress, EndpointPort, Endpoints, EndpointSlice, EndpointSubset } from '../../api/types/core.js';
import type { Labels } from '../../api/types/meta.js';
import { portMapKey } from '../endpointslice/endpoint-ports.js';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../endpointslice/endpointslice-controller.js';

export const MIRRORING_MANAGER = 'endpointslicemirroring-controller.k8s.io';
export const MIRRORED_MAX = 1000;
const NOT_MIRRORED = ['endpoints.kubernetes.io/last-change-trigger-time', 'kubectl.kubernetes.io/last-applied-configuration'];

export type MirroredContent = Pick<EndpointSlice, 'addressType' | 'ports' | 'endpoints'>;

export interface Mirror {
  readonly contents: readonly MirroredContent[];
  readonly invalid: number;
  /** Left out because their subset has too many. */
  readonly surplus: number;
}

export function mirrorOf({ subsets = [] }: Endpoints): Mirror {
  const groups = new Map<string, MirroredContent & { readonly endpoints: Endpoint[] }>();
  let invalid = 0;
  let surplus = 0;
  for (const subset of subsets) {
    const ports = (subset.ports ?? []).map(slicePort);
    let added = 0;
    for (const [address, ready] of addressesOf(subset)) {
      if (added >= MIRRORED_MAX) surplus++;
      else if (addTo(groups, ports, address, ready)) added++;
      else invalid++;
    }
  }
  const contents = [...groups.values()].map((group) => ({ ...group, endpoints: group.endpoints.slice(0, MIRRORED_MAX) }));
  return { contents, invalid, surplus };
}

function addressesOf({ addresses = [], notReadyAddresses = [] }: EndpointSubset): (readonly [EndpointAddress, boolean])[] {
  return [...addresses.map((address) => [address, true] as const), ...notReadyAddresses.map((address) => [address, false] as const)];
}

function slicePort({ name = '', ...port }: EndpointPort): EndpointPort {
  return { name, ...port };
}

/** False for an address that is none. */
function addTo(
  groups: Map<string, MirroredContent & { readonly endpoints: Endpoint[] }>,
  ports: readonly EndpointPort[],
  address: EndpointAddress,
  ready: boolean,
): boolean {
  const ip = parseIp(address.ip);
  if (ip === undefined) return false;
  const addressType = typeof ip === 'number' ? 'IPv4' : 'IPv6';
  const key = `${addressType} ${portMapKey(ports)}`;
  const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
  groups.set(key, group);
  const { hostname, nodeName, targetRef } = address;
  const endpoint: Endpoint = {
    addresses: [formatIp(ip)],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
  if (!group.endpoints.some((one) => isSame(one, endpoint))) group.endpoints.push(endpoint);
  return true;
}

/** One address of one object counts once. */
function isSame(a: Endpoint, b: Endpoint): boolean {
  return (
    a.addresses[0] === b.addresses[0] &&
    a.hostname === b.hostname &&
    a.targetRef?.name === b.targetRef?.name &&
    a.targetRef?.namespace === b.targetRef?.namespace
  );
}

/** `before`: the slice that is to hold it; undefined for a new one of that name. */
export function mirroredSlice(endpoints: Endpoints, content: MirroredContent, name: string, before?: EndpointSlice): EndpointSlice {
  const { namespace, labels, annotations = {} } = endpoints.metadata;
  const copied = Object.entries(annotations).filter(([key]) => !NOT_MIRRORED.includes(key));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...before?.metadata,
      name,
      generateName: `${endpoints.metadata.name}-`,
      namespace,
      labels: sliceLabels(endpoints.metadata.name, labels),
      ...(copied.length === 0 ? { annotations: undefined } : { annotations: Object.fromEntries(copied) }),
      ownerReferences: [controllerReference(endpoints)],
    },
    ...content,
  };
}

function sliceLabels(name: string, labels: Labels | undefined): Labels {
  return { ...labels, [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MIRRORING_MANAGER };
}
