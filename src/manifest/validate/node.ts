/** Nodes (Kubernetes v1.34 `pkg/apis/core/validation`, ValidateNode and ValidateNodeUpdate). */
import { duplicateValue, forbiddenField } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { Node } from '../../api/types/core.js';
import { isEqual } from '../../api/equal.js';
import { cidr } from './shared-rules.js';
import { validateTaints } from './toleration.js';

export function validateNode({ spec }: Node): Cause[] {
  const podCIDRs = spec.podCIDRs ?? [];
  const causes = [
    ...validateTaints(spec.taints ?? [], 'metadata.taints'),
    ...podCIDRs.flatMap((range, i) => cidr(`spec.podCIDRs[${i}]`, range)),
  ];
  return [
    ...causes,
    ...podCIDRs.flatMap((range, i) => (podCIDRs.indexOf(range) < i ? [duplicateValue(`spec.podCIDRs[${i}]`, range)] : [])),
  ];
}

export function validateNodeUpdate(now: Node, before: Node): Cause[] {
  const had = before.spec.podCIDRs ?? [];
  if (had.length === 0 || isEqual(now.spec.podCIDRs, had)) return [];
  return [forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')];
}
