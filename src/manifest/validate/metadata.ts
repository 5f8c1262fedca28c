/** metadata of every kind (Kubernetes v1.34 apimachinery `pkg/api/validation/objectmeta.go`). */
import { forbiddenField, invalidValue, requiredValue, tooLong } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { KubeObject } from '../../api/types/meta.js';
import { resourceOf } from '../../api/types/resource.js';
import { dns1035Label, dns1123Label, dns1123Subdomain, qualifiedName } from '../../api/name-syntax.js';
import { labelCauses } from '../../api/label-causes.js';

const ANNOTATIONS_SIZE_MAX = 256 * 1024;
const RBAC = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

export function validateMetadata({ kind, metadata }: KubeObject): Cause[] {
  const causes: Cause[] = [];
  if (!metadata.name) causes.push(requiredValue('metadata.name', 'name or generateName is required', 'give the object a name'));
  else
    causes.push(
      ...nameDetails(kind, metadata.name).map((detail) =>
        invalidValue('metadata.name', metadata.name, detail, renamed(kind, metadata.name)),
      ),
    );
  const { namespace } = metadata;
  if (namespace !== undefined) {
    if (!resourceOf(kind).namespaced) causes.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
    else causes.push(...dns1123Label(namespace).map((detail) => invalidValue('metadata.namespace', namespace, detail)));
  }
  causes.push(...labelCauses('metadata.labels', metadata.labels), ...annotations(metadata.annotations));
  for (const [i, owner] of (metadata.ownerReferences ?? []).entries()) {
    const at = `metadata.ownerReferences[${i}]`;
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const)
      if (!owner[field]) causes.push(invalidValue(`${at}.${field}`, owner[field] ?? '', 'must not be empty'));
  }
  return causes;
}

function nameDetails(kind: string, name: string): string[] {
  if (kind === 'Service') return dns1035Label(name);
  if (kind === 'Namespace') return dns1123Label(name);
  if (!RBAC.has(kind)) return dns1123Subdomain(name);
  return [
    ...(/^\.\.?$/.test(name) ? [`may not be '${name}'`] : []),
    ...['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`),
  ];
}

/** A name that would do, where lower case and dashes make one of it. */
function renamed(kind: string, name: string): string | undefined {
  const better = name
    .toLowerCase()
    .replace(/[^-a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return better !== name && better !== '' && nameDetails(kind, better).length === 0 ? `name it "${better}"` : undefined;
}

function annotations(map: Readonly<Record<string, string>> | undefined): Cause[] {
  const entries = Object.entries(map ?? {});
  const causes = entries.flatMap(([key]) =>
    qualifiedName(key.toLowerCase()).map((detail) => invalidValue('metadata.annotations', key, detail)),
  );
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return size > ANNOTATIONS_SIZE_MAX ? [...causes, tooLong('metadata.annotations', ANNOTATIONS_SIZE_MAX)] : causes;
}
