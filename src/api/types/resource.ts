/**
 * What the API server knows of each kind beside its fields (`kubectl api-resources`): group, plural name, scope, short names, and whether
 * it keeps metadata.generation. Source: Kubernetes v1.34 `pkg/registry/*` strategies and discovery.
 */
export interface Resource {
  readonly kind: string;
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** `spec` changes are counted in metadata.generation. */
  readonly generation: boolean;
}

const NAMESPACED = true;
const CLUSTER = false;

const ROWS: readonly (readonly [kind: string, apiVersion: string, plural: string, namespaced: boolean, generation?: boolean])[] = [
  ['Namespace', 'v1', 'namespaces', CLUSTER],
  ['Node', 'v1', 'nodes', CLUSTER],
  ['Pod', 'v1', 'pods', NAMESPACED, true],
  ['Service', 'v1', 'services', NAMESPACED],
  ['Event', 'v1', 'events', NAMESPACED],
  ['Endpoints', 'v1', 'endpoints', NAMESPACED],
  ['ConfigMap', 'v1', 'configmaps', NAMESPACED],
  ['Secret', 'v1', 'secrets', NAMESPACED],
  ['ServiceAccount', 'v1', 'serviceaccounts', NAMESPACED],
  ['PersistentVolume', 'v1', 'persistentvolumes', CLUSTER],
  ['PersistentVolumeClaim', 'v1', 'persistentvolumeclaims', NAMESPACED],
  ['LimitRange', 'v1', 'limitranges', NAMESPACED],
  ['ResourceQuota', 'v1', 'resourcequotas', NAMESPACED],
  ['ReplicationController', 'v1', 'replicationcontrollers', NAMESPACED, true],
  ['Deployment', 'apps/v1', 'deployments', NAMESPACED, true],
  ['ReplicaSet', 'apps/v1', 'replicasets', NAMESPACED, true],
  ['StatefulSet', 'apps/v1', 'statefulsets', NAMESPACED, true],
  ['DaemonSet', 'apps/v1', 'daemonsets', NAMESPACED, true],
  ['Job', 'batch/v1', 'jobs', NAMESPACED, true],
  ['CronJob', 'batch/v1', 'cronjobs', NAMESPACED, true],
  ['HorizontalPodAutoscaler', 'autoscaling/v2', 'horizontalpodautoscalers', NAMESPACED],
  ['PodDisruptionBudget', 'policy/v1', 'poddisruptionbudgets', NAMESPACED, true],
  ['EndpointSlice', 'discovery.k8s.io/v1', 'endpointslices', NAMESPACED, true],
  ['NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies', NAMESPACED, true],
  ['Ingress', 'networking.k8s.io/v1', 'ingresses', NAMESPACED, true],
  ['IngressClass', 'networking.k8s.io/v1', 'ingressclasses', CLUSTER, true],
  ['Role', 'rbac.authorization.k8s.io/v1', 'roles', NAMESPACED],
  ['RoleBinding', 'rbac.authorization.k8s.io/v1', 'rolebindings', NAMESPACED],
  ['ClusterRole', 'rbac.authorization.k8s.io/v1', 'clusterroles', CLUSTER],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io/v1', 'clusterrolebindings', CLUSTER],
  ['StorageClass', 'storage.k8s.io/v1', 'storageclasses', CLUSTER],
  ['PriorityClass', 'scheduling.k8s.io/v1', 'priorityclasses', CLUSTER],
  ['Lease', 'coordination.k8s.io/v1', 'leases', NAMESPACED],
];

export const RESOURCES: ReadonlyMap<string, Resource> = new Map(
  ROWS.map(([kind, apiVersion, plural, namespaced, generation = false]) => [kind, { kind, apiVersion, plural, namespaced, generation }]),
);

/** The resource of a kind; a kind nobody listed is taken as namespaced, with the plural of its name. */
export function resourceOf(kind: string): Resource {
  const known = RESOURCES.get(kind);
  return known ?? { kind, apiVersion: 'v1', plural: `${kind.toLowerCase()}s`, namespaced: true, generation: false };
}

/** `deployments.apps`, `services`: how status messages name a resource. */
export function groupResource(kind: string): string {
  const { plural, apiVersion } = resourceOf(kind);
  return withGroup(plural, apiVersion);
}

/** `Deployment.apps`, `Service`: how status messages name a kind. */
export function groupKind(kind: string): string {
  return withGroup(kind, resourceOf(kind).apiVersion);
}

function withGroup(name: string, apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? name : `${name}.${apiVersion.slice(0, slash)}`;
}
