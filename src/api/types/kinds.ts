/** Kind → its type, for typed listers. */
import type { Deployment, ReplicaSet } from './apps.js';
import type { EndpointSlice, Event, Namespace, Node, Pod, Service } from './core.js';

export interface Kinds {
  Namespace: Namespace;
  Node: Node;
  Pod: Pod;
  Service: Service;
  EndpointSlice: EndpointSlice;
  Event: Event;
  Deployment: Deployment;
  ReplicaSet: ReplicaSet;
}
export type Kind = keyof Kinds;
