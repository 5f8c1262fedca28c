/** What is wrong with a map of labels, in the API server's words (apimachinery `pkg/apis/meta/v1/validation`, ValidateLabels). */
import { invalidValue } from './field-error.js';
import { labelValue, qualifiedName } from './name-syntax.js';
import type { Cause } from './refusal.js';
import type { Labels } from './types/meta.js';

export function labelCauses(path: string, labels: Labels | undefined): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map((detail) => invalidValue(path, key, detail)),
    ...labelValue(value).map((detail) => invalidValue(path, value, detail)),
  ]);
}
