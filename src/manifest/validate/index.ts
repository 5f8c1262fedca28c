/** Every cause for which the API server would refuse an object, or a change of one; none when all is well. */
import type { Cause } from '../../api/refusal.js';
import type { KubeObject } from '../../api/types/meta.js';
import type { Kind, Kinds } from '../../api/types/kinds.js';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './endpoint-slice.js';
import { validateEndpoints } from './endpoints.js';
import { validateMetadata } from './metadata.js';
import { validateNode, validateNodeUpdate } from './node.js';
import { validatePodSpec, validatePodUpdate } from './pod.js';
import { validateService, validateServiceUpdate } from './service.js';
import { validateDeployment, validateReplicaSet, validateWorkloadUpdate } from './workload.js';

/** Methods, so that the rules of one kind can stand for those of any once the kind has been looked up. */
interface Rules<K extends Kind> {
  create(object: Kinds[K]): Cause[];
  update?(object: Kinds[K], before: Kinds[K]): Cause[];
}

const RULES: { readonly [K in Kind]?: Rules<K> } = {
  Pod: { create: ({ spec }) => validatePodSpec(spec, 'spec'), update: validatePodUpdate },
  Service: { create: validateService, update: validateServiceUpdate },
  Deployment: { create: validateDeployment, update: validateWorkloadUpdate },
  ReplicaSet: { create: validateReplicaSet, update: validateWorkloadUpdate },
  Endpoints: { create: validateEndpoints },
  EndpointSlice: { create: validateEndpointSlice, update: validateEndpointSliceUpdate },
  Node: { create: validateNode, update: validateNodeUpdate },
};

export function validateObject(object: KubeObject, before: KubeObject | undefined): readonly Cause[] {
  const rules: Rules<Kind> | undefined = RULES[object.kind as Kind];
  const causes = validateMetadata(object);
  if (rules === undefined) return causes;
  if (before !== undefined) causes.push(...(rules.update?.(object as Kinds[Kind], before as Kinds[Kind]) ?? []));
  return [...causes, ...rules.create(object as Kinds[Kind])];
}
