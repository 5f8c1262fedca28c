/** The controllers of a kube-controller-manager, in the order in which they are woken by one and the same event. */
import type { Controller } from '../api/controller.js';
import { createDeploymentController } from './deployment/deployment-controller.js';
import { createEndpointSliceController } from './endpointslice/endpointslice-controller.js';
import { createEndpointsController } from './endpoints/endpoints-controller.js';
import { createEndpointSliceMirroringController } from './endpointslice-mirroring/mirroring-controller.js';
import { createGarbageCollector } from './garbage-collection/garbage-collector.js';
import { createNamespaceController } from './namespace/namespace-controller.js';
import { createNodeIpamController } from './node-ipam/node-ipam-controller.js';
import { createNodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.js';
import { createPodGcController } from './pod-gc/pod-gc-controller.js';
import { createReplicaSetController } from './replicaset/replicaset-controller.js';
import { createTaintEvictionController } from './taint-eviction/taint-eviction-controller.js';

export interface ControllerOptions {
  readonly podCIDRs: readonly string[];
  /** As in the cluster file, e.g. `1.34`. */
  readonly kubernetesVersion: string;
}

export function createControllers({ podCIDRs, kubernetesVersion }: ControllerOptions): readonly Controller[] {
  return [
    createNodeIpamController(podCIDRs),
    createDeploymentController(),
    createReplicaSetController(),
    createEndpointSliceController(),
    createEndpointsController(),
    createEndpointSliceMirroringController(),
    createNodeLifecycleController(kubernetesVersion),
    createTaintEvictionController(),
    createGarbageCollector(),
    createPodGcController(),
    createNamespaceController(),
  ];
}
