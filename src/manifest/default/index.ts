/** Fills in what the API server fills in, by kind. Changes the value in place; it is fresh from decoding. */
import { defaultDeployment, defaultReplicaSet } from './workload.js';
import { ensure, type Fields, listOf, setDefault, setDefaults } from './fields.js';
import { defaultPodSpec } from './pod-spec.js';
import { defaultService } from './service.js';

export function defaultObject(kind: string, value: Fields): void {
  DEFAULTS[kind]?.(value);
}

const DEFAULTS: Readonly<Record<string, (value: Fields) => void>> = {
  Pod: (pod) => {
    defaultPodSpec(ensure(pod, 'spec'));
  },
  Service: defaultService,
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicaSet,
  Endpoints: defaultEndpoints,
  EndpointSlice: defaultEndpointSlice,
  Node: defaultNode,
  Event: (event) => {
    setDefaults(event, { type: 'Normal', reason: '', message: '' });
  },
  Secret: (secret) => {
    setDefault(secret, 'type', 'Opaque');
  },
};

/** `pkg/apis/core/v1/defaults.go`, SetDefaults_Endpoints. */
function defaultEndpoints(endpoints: Fields): void {
  for (const subset of listOf(endpoints, 'subsets')) for (const port of listOf(subset, 'ports')) setDefault(port, 'protocol', 'TCP');
}

/** `pkg/apis/discovery/v1/defaults.go`. */
function defaultEndpointSlice(slice: Fields): void {
  setDefault(slice, 'endpoints', []);
  for (const port of listOf(slice, 'ports')) setDefaults(port, { name: '', protocol: 'TCP' });
}

/** Allocatable is capacity unless told. */
function defaultNode(node: Fields): void {
  ensure(node, 'spec');
  const status = node['status'] as Fields | undefined;
  if (status?.['capacity'] !== undefined) setDefault(status, 'allocatable', status['capacity']);
}
