/** Topology spread of pod specs (Kubernetes v1.34 `pkg/apis/core/validation`). Left out: minDomains, matchLabelKeys, repeated constraints. */
import { invalidValue, requiredValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { TopologySpreadConstraint } from '../../api/types/core.js';
import { labelSelector, oneOf } from './shared-rules.js';

export function validateTopologySpread(constraints: readonly TopologySpreadConstraint[], path: string): Cause[] {
  return constraints.flatMap(({ maxSkew, topologyKey, whenUnsatisfiable, labelSelector: selector }, i) => {
    const at = `${path}[${i}]`;
    const causes = maxSkew > 0 ? [] : [invalidValue(`${at}.maxSkew`, maxSkew, 'must be greater than zero')];
    if (topologyKey === '') causes.push(requiredValue(`${at}.topologyKey`, 'can not be empty', 'write topology.kubernetes.io/zone'));
    causes.push(...oneOf(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']));
    return selector === undefined ? causes : [...causes, ...labelSelector(`${at}.labelSelector`, selector)];
  });
}
