/** apps/v1 as far as it is modelled. */
import type { PodSpec } from './core.js';
import type { Condition, KubeObject, Labels, LabelSelector } from './meta.js';

export interface PodTemplateSpec {
  readonly metadata?: { readonly labels?: Labels | undefined; readonly annotations?: Labels | undefined } | undefined;
  readonly spec: PodSpec;
}

export interface Deployment extends KubeObject {
  readonly kind: 'Deployment';
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus | undefined;
}
export interface DeploymentSpec {
  readonly replicas?: number | undefined;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy?:
    | {
        readonly type?: 'RollingUpdate' | 'Recreate' | undefined;
        readonly rollingUpdate?:
          | { readonly maxSurge?: number | string | undefined; readonly maxUnavailable?: number | string | undefined }
          | undefined;
      }
    | undefined;
  readonly minReadySeconds?: number | undefined;
  readonly revisionHistoryLimit?: number | undefined;
  readonly progressDeadlineSeconds?: number | undefined;
  readonly paused?: boolean | undefined;
}
export interface DeploymentStatus {
  readonly observedGeneration?: number | undefined;
  readonly replicas?: number | undefined;
  readonly updatedReplicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
  readonly unavailableReplicas?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
}

export interface ReplicaSet extends KubeObject {
  readonly kind: 'ReplicaSet';
  readonly spec: {
    readonly replicas?: number | undefined;
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly minReadySeconds?: number | undefined;
  };
  readonly status?:
    | {
        readonly replicas: number;
        readonly fullyLabeledReplicas?: number | undefined;
        readonly readyReplicas?: number | undefined;
        readonly availableReplicas?: number | undefined;
        readonly observedGeneration?: number | undefined;
      }
    | undefined;
}
