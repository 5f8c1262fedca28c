/** Tolerations of pods and taints of nodes (Kubernetes v1.34 `pkg/apis/core/validation`, ValidateTolerations, validateNodeTaints). */
import { invalidValue, requiredValue, unsupportedValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { Taint, Toleration } from '../../api/types/core.js';
import { labelValue, qualifiedName } from '../../api/name-syntax.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Toleration[], path: string): Cause[] {
  return tolerations.flatMap(({ key, operator, value, effect, tolerationSeconds }, i) => {
    const at = `${path}[${i}]`;
    const causes = key ? qualifiedName(key).map((detail) => invalidValue(`${at}.key`, key, detail)) : [];
    if (!key && operator !== 'Exists') {
      causes.push(
        invalidValue(
          `${at}.operator`,
          operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      causes.push(invalidValue(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === undefined || operator === 'Equal')
      causes.push(...labelValue(value ?? '').map((detail) => invalidValue(`${at}.operator`, value, detail)));
    else if (operator === 'Exists') {
      if (value) causes.push(invalidValue(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else causes.push(unsupportedValue(`${at}.operator`, operator, ['Equal', 'Exists']));
    if (effect && !EFFECTS.includes(effect)) causes.push(unsupportedValue(`${at}.effect`, effect, EFFECTS));
    return causes;
  });
}

export function validateTaints(taints: readonly Taint[], path: string): Cause[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, i) => {
    const { key, value = '', effect } = taint;
    const at = `${path}[${i}]`;
    const causes = qualifiedName(key ?? '').map((detail) => invalidValue(`${at}.key`, key ?? '', detail));
    causes.push(...labelValue(value).map((detail) => invalidValue(`${at}.value`, value, detail)));
    if (!effect) causes.push(requiredValue(`${at}.effect`));
    else if (!EFFECTS.includes(effect)) causes.push(unsupportedValue(`${at}.effect`, effect, EFFECTS));
    const pair = `${key}:${effect}`;
    if (seen.has(pair))
      causes.push({ path: at, message: `${at}: Duplicate value: ${JSON.stringify(taint)}: taints must be unique by key and effect pair` });
    seen.add(pair);
    return causes;
  });
}
