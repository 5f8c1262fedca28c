/** Defaults of Deployments and ReplicaSets (Kubernetes v1.34 `pkg/apis/apps/v1/defaults.go`). */
import { ensure, type Fields, inner, setDefault, setDefaults } from './fields.js';
import { defaultPodSpec } from './pod-spec.js';

export function defaultDeployment(deployment: Fields): void {
  const spec = ensure(deployment, 'spec');
  setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = ensure(spec, 'strategy');
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') setDefaults(ensure(strategy, 'rollingUpdate'), { maxSurge: '25%', maxUnavailable: '25%' });
  defaultTemplate(spec);
}

export function defaultReplicaSet(replicaSet: Fields): void {
  const spec = ensure(replicaSet, 'spec');
  setDefault(spec, 'replicas', 1);
  defaultTemplate(spec);
}

function defaultTemplate(spec: Fields): void {
  const podSpec = inner(inner(spec, 'template'), 'spec');
  if (podSpec !== undefined) defaultPodSpec(podSpec);
}
