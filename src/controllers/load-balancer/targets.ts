/**
 * Which nodes a balancer sends to. MetalLB v0.16 speaker (layer2_controller.go, bgp_controller.go): nodes with a live speaker, with policy Local only those with
 * an endpoint that is ready or serving, nobody where no such endpoint is anywhere; of layer 2 the first by SHA-256 of node and address. Cloud
 * (kubernetes/cloud-provider): every node that is not excluded, as far as its health check passes, which with policy Local asks for a ready endpoint there.
 */
import { sha256Hex } from '../../base/hash.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { compareText } from '../../api/object/key.js';
import type { Endpoint, EndpointSlice, Node, Service } from '../../api/types/core.js';
import type { Delivery } from '../../api/types/load-balancer.js';
import type { StoreView } from '../../api/view.js';

const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';
const SERVICE_NAME = 'kubernetes.io/service-name';
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';

export interface Targets {
  /** In the order of preference. */
  readonly healthy: readonly string[];
  /** Nodes that may be targets at all: one that has just fallen ill stays one for a while. */
  readonly eligible: ReadonlySet<string>;
  /** No endpoint is left, or the Service asks for local ones: what is withdrawn is withdrawn at once. */
  readonly withdrawn: ReadonlySet<string>;
}

export function targetsOf(view: StoreView, service: Service, delivery: Delivery, address: string): Targets {
  const nodes = view.list('Node').filter(isEligible);
  const eligible = new Set(nodes.map(({ metadata }) => metadata.name));
  const local = service.spec.externalTrafficPolicy === 'Local';
  const speaks = delivery === 'arp' || delivery === 'bgp';
  const serving = endpointsOf(view, service).filter((endpoint) => isReady(endpoint) || (speaks && isServing(endpoint)));
  const near = new Set(serving.map(({ nodeName }) => nodeName));
  const serves = (name: string): boolean => (local ? near.has(name) : !speaks || serving.length > 0);
  const names = [...eligible];
  const healthy = nodes.filter((node) => !isDead(node) && serves(node.metadata.name)).map(({ metadata }) => metadata.name);
  const withdrawn = new Set(speaks ? names.filter((name) => !serves(name)) : []);
  return { healthy: delivery === 'arp' ? byHash(healthy, address) : healthy, eligible, withdrawn };
}

/** Of a balancer that calls pods: the nodes with a ready one. A pod that is not ready any more is taken out at once, a dead node's when it is noticed. */
export function podTargets(view: StoreView, service: Service): Targets {
  const ready = endpointsOf(view, service).filter(isReady);
  const near = new Set(ready.flatMap(({ nodeName = '' }) => (nodeName === '' ? [] : [nodeName])));
  const nodes = view.list('Node').filter(({ metadata }) => near.has(metadata.name));
  const healthy = nodes.filter((node) => !isDead(node)).map(({ metadata }) => metadata.name);
  return { healthy, eligible: near, withdrawn: new Set() };
}

function endpointsOf(view: StoreView, { metadata }: Service): readonly Endpoint[] {
  return view
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === metadata.name)
    .flatMap((slice: EndpointSlice) => slice.endpoints);
}

/** The order in which nodes are asked to announce an address. */
export function byHash(nodes: readonly string[], address: string): readonly string[] {
  const hash = new Map(nodes.map((name) => [name, sha256Hex(`${name}#${address}`)]));
  return [...nodes].sort((a, b) => compareText(hash.get(a) as string, hash.get(b) as string));
}

function isEligible({ metadata, spec }: Node): boolean {
  const excluded = metadata.labels?.[EXCLUDED];
  const goes = metadata.deletionTimestamp !== undefined || spec.taints?.some(({ key }) => key === TO_BE_DELETED) === true;
  return !goes && (excluded === undefined || ['0', 'f', 'F', 'false', 'False', 'FALSE'].includes(excluded));
}

function isDead({ metadata }: Node): boolean {
  return metadata.annotations?.[ANNOTATIONS.nodeDownSince] !== undefined;
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

function isServing({ conditions }: Endpoint): boolean {
  return conditions?.serving === true;
}
