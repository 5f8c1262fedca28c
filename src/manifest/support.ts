/**
 * Which kinds are modelled, which are stored without effect because they change neither traffic nor pods here, and which a cluster
 * would act on and this one does not yet: those are refused by name rather than ignored.
 */
import { type UnsupportedError, unsupported } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { Refusal } from '../api/refusal.js';
import { RESOURCES } from '../api/types/resource.js';
import type { ManifestDocument } from './document.js';

const MODELLED = new Set(['Namespace', 'Node', 'Pod', 'Service', 'Endpoints', 'EndpointSlice', 'Event', 'Deployment', 'ReplicaSet']);
const INERT = new Set([
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'PodDisruptionBudget',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'IngressClass',
  'Lease',
]);
/** API groups of extensions that change traffic: known, and not modelled. */
const EXTENSIONS = [
  'projectcalico.org',
  'cilium.io',
  'gateway.networking.k8s.io',
  'policy.networking.k8s.io',
  'istio.io',
  'linkerd.io',
  'metallb.io',
  'traefik.io',
  'traefik.containo.us',
  'k8s.cni.cncf.io',
  'multicluster.x-k8s.io',
];

/** Throws UnsupportedError for a kind that would have an effect and is not modelled, Refusal for one that no server knows. */
export function checkKind(document: ManifestDocument, apiVersion: string, kind: string): void {
  const resource = RESOURCES.get(kind);
  if (resource?.apiVersion === apiVersion) {
    if (!MODELLED.has(kind) && !INERT.has(kind)) throw notModelled(document, `${kind} (${apiVersion})`);
    return;
  }
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  if (EXTENSIONS.some((extension) => group === extension || group.endsWith(`.${extension}`)))
    throw notModelled(document, `${kind} (${apiVersion})`);
  if (group === 'apiextensions.k8s.io' || group === 'admissionregistration.k8s.io' || group === 'apiregistration.k8s.io') {
    throw notModelled(document, `${kind} (${apiVersion})`);
  }
  const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
  const path = resource === undefined ? 'kind' : 'apiVersion';
  throw new Refusal('NotFound', message, [{ path, message, fix: fixOf(kind, resource?.apiVersion) }]).at(document.position);
}

function notModelled(document: ManifestDocument, what: string): UnsupportedError {
  return unsupported('unsupported-kind', `${what} is not modelled`, {
    position: document.position('kind'),
    fix: 'leave it out: the spec then says nothing of it',
  });
}

function fixOf(kind: string, apiVersion: string | undefined): string {
  if (apiVersion !== undefined) return `write apiVersion: ${apiVersion}`;
  const near = nearest(kind, RESOURCES.keys());
  return near === undefined
    ? 'check kind and apiVersion'
    : `did you mean kind: ${near} with apiVersion: ${RESOURCES.get(near)?.apiVersion}?`;
}
