/** Affinity of pod specs (Kubernetes v1.34 `pkg/apis/core/validation`, validateAffinity). */
import { forbiddenField, invalidValue, requiredValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { Affinity, NodeAffinity, NodeSelectorTerm, PodAffinity, PodAffinityTerm } from '../../api/types/core.js';
import { labelValue, qualifiedName } from '../../api/name-syntax.js';
import { labelSelector } from './shared-rules.js';

export function validateAffinity(affinity: Affinity | undefined, path: string): Cause[] {
  if (affinity === undefined) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity === undefined ? [] : validateNodeAffinity(nodeAffinity, `${path}.nodeAffinity`)),
    ...(podAffinity === undefined ? [] : validatePodAffinity(podAffinity, `${path}.podAffinity`)),
    ...(podAntiAffinity === undefined ? [] : validatePodAffinity(podAntiAffinity, `${path}.podAntiAffinity`)),
  ];
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateNodeAffinity(affinity: NodeAffinity, path: string): Cause[] {
  const causes: Cause[] = [];
  const required = affinity[REQUIRED];
  if (required !== undefined) {
    const terms = `${path}.${REQUIRED}.nodeSelectorTerms`;
    if ((required.nodeSelectorTerms ?? []).length === 0) causes.push(requiredValue(terms, 'must have at least one node selector term'));
    causes.push(...(required.nodeSelectorTerms ?? []).flatMap((term, i) => validateTerm(term, `${terms}[${i}]`)));
  }
  for (const [i, { weight, preference }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = `${path}.${PREFERRED}[${i}]`;
    causes.push(...validateWeight(weight, `${at}.weight`), ...validateTerm(preference ?? {}, `${at}.preference`));
  }
  return causes;
}

function validateTerm({ matchExpressions = [] }: NodeSelectorTerm, path: string): Cause[] {
  return matchExpressions.flatMap(({ key, operator, values = [] }, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const causes = qualifiedName(key).map((detail) => invalidValue(`${at}.key`, key, detail));
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) causes.push(requiredValue(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        causes.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else if (operator === 'Gt' || operator === 'Lt') {
      if (values.length !== 1) causes.push(requiredValue(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    } else causes.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
    return [
      ...causes,
      ...values.flatMap((value, j) => labelValue(value).map((detail) => invalidValue(`${at}.values[${j}]`, value, detail))),
    ];
  });
}

function validatePodAffinity(affinity: PodAffinity, path: string): Cause[] {
  const required = (affinity[REQUIRED] ?? []).flatMap((term, i) => validatePodTerm(term, `${path}.${REQUIRED}[${i}]`));
  const preferred = (affinity[PREFERRED] ?? []).flatMap(({ weight, podAffinityTerm }, i) => {
    const at = `${path}.${PREFERRED}[${i}]`;
    return [...validateWeight(weight, `${at}.weight`), ...validatePodTerm(podAffinityTerm ?? { topologyKey: '' }, `${at}.podAffinityTerm`)];
  });
  return [...required, ...preferred];
}

function validatePodTerm({ labelSelector: selector, namespaceSelector, topologyKey }: PodAffinityTerm, path: string): Cause[] {
  const causes = selector === undefined ? [] : labelSelector(`${path}.labelSelector`, selector);
  if (namespaceSelector !== undefined) causes.push(...labelSelector(`${path}.namespaceSelector`, namespaceSelector));
  if (!topologyKey) return [...causes, requiredValue(`${path}.topologyKey`, 'can not be empty', 'write kubernetes.io/hostname')];
  return [...causes, ...qualifiedName(topologyKey).map((detail) => invalidValue(`${path}.topologyKey`, topologyKey, detail))];
}

function validateWeight(weight: number, path: string): Cause[] {
  return weight >= 1 && weight <= 100 ? [] : [invalidValue(path, weight ?? 0, 'must be in the range 1-100')];
}
