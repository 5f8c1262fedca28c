/** Kind → its type, for typed listers. */
import type { LoadBalancer } from './load-balancer.js';
import type { Deployment, ReplicaSet } from './apps.js';
import type { Endpoints, EndpointSlice, Event, Namespace, Node, Pod, Service } from './core.js';

export interface Kinds {
  Namespace: Namespace;
  Node: Node;
  Pod: Pod;
  Service: Service;
  EndpointSlice: EndpointSlice;
  Endpoints: Endpoints;
  LoadBalancer: LoadBalancer;
  Event: Event;
  Deployment: Deployment;
  ReplicaSet: ReplicaSet;
}
export type Kind = keyof Kinds;
