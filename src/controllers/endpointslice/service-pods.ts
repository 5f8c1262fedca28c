/**
 * Which pods a Service selects and which Services a pod belongs to, both by index, so that neither side is scanned for a change of
 * the other. A Service is filed under the first pair of its selector, a pod under every pair of its labels.
 */
import type { StoreEvent } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { createIndexer } from '../../api/object/indexer.js';
import { objectKey } from '../../api/object/key.js';
import { podsByNode } from '../../api/object/pod-indexes.js';
import { isPodReady, isPodTerminal } from '../../api/object/pod-state.js';
import { matchesLabels } from '../../api/selectors.js';
import type { Pod, Service } from '../../api/types/core.js';
import type { Labels } from '../../api/types/meta.js';
import type { StoreView } from '../../api/view.js';
import { ZONE_LABEL } from './pod-endpoint.js';

export interface ServicePods {
  observe(event: StoreEvent): void;
  podsOf(view: StoreView, service: Service): readonly Pod[];
  /** Keys of the Services that select the pod of an event, or selected it before. */
  servicesOf(view: StoreView, event: StoreEvent): readonly string[];
  /** Keys of the Services that have a pod on the node of an event which changes what their slices say of it. */
  servicesOnNode(view: StoreView, event: StoreEvent): readonly string[];
}

export function createServicePods(): ServicePods {
  const services = createIndexer('Service', (service: Service) =>
    firstPair(service).map((pair) => `${service.metadata.namespace} ${pair}`),
  );
  const pods = createIndexer('Pod', podPairs);
  const onNode = podsByNode();
  const selecting = (view: StoreView, pod: Pod): string[] => {
    const found = podPairs(pod).flatMap((pair) => services.get(view, pair));
    return found.filter((service) => matchesLabels(service.spec.selector ?? {}, pod.metadata.labels)).map(objectKey);
  };
  return {
    observe(event) {
      services.observe(event);
      pods.observe(event);
      onNode.observe(event);
    },
    podsOf(view, service) {
      const { selector = {} } = service.spec;
      const [pair] = firstPair(service);
      if (pair === undefined) return [];
      return pods.get(view, `${service.metadata.namespace} ${pair}`).filter((pod) => matchesLabels(selector, pod.metadata.labels));
    },
    servicesOf(view, event) {
      const now = selecting(view, event.object as Pod);
      const before = event.before as Pod | undefined;
      if (before === undefined || before.metadata.labels === event.object.metadata.labels) return now;
      return [...new Set([...now, ...selecting(view, before)])];
    },
    servicesOnNode(view, { type, object, before }) {
      if (type === 'MODIFIED' && object.metadata.labels?.[ZONE_LABEL] === before?.metadata.labels?.[ZONE_LABEL]) return [];
      return [...new Set(onNode.get(view, object.metadata.name).flatMap((pod) => selecting(view, pod)))];
    },
  };
}

/** Whether the event changes anything that stands in an EndpointSlice. */
export function podMattersTo(event: StoreEvent): boolean {
  const pod = event.object as Pod;
  const before = event.before as Pod | undefined;
  if (before === undefined || before.status?.podIP === undefined) return pod.status?.podIP !== undefined;
  return (
    pod.status?.podIP !== before.status?.podIP ||
    isPodReady(pod) !== isPodReady(before) ||
    isPodTerminal(pod) !== isPodTerminal(before) ||
    pod.metadata.deletionTimestamp !== before.metadata.deletionTimestamp ||
    pod.spec.nodeName !== before.spec.nodeName ||
    !isEqual(pod.metadata.labels, before.metadata.labels)
  );
}

function firstPair({ spec }: Service): readonly string[] {
  for (const key in spec.selector) return [`${key}=${spec.selector[key]}`];
  return [];
}

function podPairs(pod: Pod): readonly string[] {
  return pairs(pod.metadata.labels).map((pair) => `${pod.metadata.namespace} ${pair}`);
}

function pairs(labels: Labels | undefined): string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
}
