/** Deployments and ReplicaSets (Kubernetes v1.34 `pkg/apis/apps/validation`). */
import { isEqual } from '../../api/equal.js';
import { forbiddenField, invalidValue, requiredValue, unsupportedValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import { matchesSelector } from '../../api/selectors.js';
import type { Deployment, DeploymentSpec, PodTemplateSpec, ReplicaSet } from '../../api/types/apps.js';
import type { LabelSelector } from '../../api/types/meta.js';
import { validatePodSpec } from './pod.js';
import { labelCauses } from '../../api/label-causes.js';
import { labelSelector, nonNegative } from './shared-rules.js';

export function validateDeployment({ spec }: Deployment): Cause[] {
  const causes = [...nonNegative('spec.replicas', spec.replicas), ...validateSelector(spec.selector, 'deployment')];
  causes.push(...validateTemplate(spec.template, spec.selector), ...validateStrategy(spec.strategy ?? {}));
  causes.push(
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  );
  const { progressDeadlineSeconds, minReadySeconds = 0 } = spec;
  if (progressDeadlineSeconds === undefined) return causes;
  causes.push(...nonNegative('spec.progressDeadlineSeconds', progressDeadlineSeconds));
  const late = progressDeadlineSeconds <= minReadySeconds;
  return late
    ? [...causes, invalidValue('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds')]
    : causes;
}

export function validateReplicaSet({ spec }: ReplicaSet): Cause[] {
  const numbers = [...nonNegative('spec.replicas', spec.replicas), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds)];
  return [...numbers, ...validateSelector(spec.selector, 'deployment'), ...validateTemplate(spec.template, spec.selector)];
}

export function validateWorkloadUpdate(now: Deployment | ReplicaSet, before: Deployment | ReplicaSet): Cause[] {
  if (isEqual(now.spec.selector, before.spec.selector)) return [];
  return [invalidValue('spec.selector', now.spec.selector, 'field is immutable', 'delete the object and create it again')];
}

function validateSelector(selector: LabelSelector | undefined, what: string): Cause[] {
  if (selector === undefined)
    return [requiredValue('spec.selector', '', 'repeat the labels of spec.template in spec.selector.matchLabels')];
  const causes = labelSelector('spec.selector', selector);
  const empty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  return empty ? [...causes, invalidValue('spec.selector', selector, `empty selector is invalid for ${what}`)] : causes;
}

function validateTemplate(template: PodTemplateSpec | undefined, selector: LabelSelector | undefined): Cause[] {
  const own = template?.metadata?.labels;
  const path = 'spec.template';
  const causes: Cause[] = [];
  if (!matchesSelector(selector, own)) {
    const fix = 'make spec.selector and the labels of spec.template agree';
    causes.push(invalidValue(`${path}.metadata.labels`, own, '`selector` does not match template `labels`', fix));
  }
  causes.push(...labelCauses(`${path}.labels`, own));
  const spec = (template?.spec ?? { containers: [] }) as PodTemplateSpec['spec'] & { activeDeadlineSeconds?: number };
  const restart = spec.restartPolicy;
  causes.push(...validatePodSpec(template?.spec === undefined ? MISSING_SPEC : spec, `${path}.spec`));
  if (restart !== undefined && restart !== 'Always') causes.push(unsupportedValue(`${path}.spec.restartPolicy`, restart, ['Always']));
  if (spec.activeDeadlineSeconds !== undefined) {
    causes.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'));
  }
  return causes;
}

/** What a template without a spec is judged as: defaulted, but without containers. */
const MISSING_SPEC = { containers: [], restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' } as const;

function validateStrategy(strategy: NonNullable<DeploymentSpec['strategy']>): Cause[] {
  const path = 'spec.strategy';
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    return rollingUpdate === undefined
      ? []
      : [forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate') return [unsupportedValue(`${path}.type`, type, ['Recreate', 'RollingUpdate'])];
  const at = `${path}.rollingUpdate`;
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate ?? {};
  const causes = [...countOrPercent(`${at}.maxUnavailable`, maxUnavailable), ...countOrPercent(`${at}.maxSurge`, maxSurge)];
  if (isZero(maxSurge) && isZero(maxUnavailable))
    causes.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  const percent = percentOf(maxUnavailable);
  return percent !== undefined && percent > 100
    ? [...causes, invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%')]
    : causes;
}

function countOrPercent(path: string, value: number | string): Cause[] {
  if (typeof value === 'number') return nonNegative(path, value);
  if (percentOf(value) !== undefined) return [];
  const detail =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [invalidValue(path, value, detail)];
}

function percentOf(value: number | string): number | undefined {
  return typeof value === 'string' && /^\d+%$/.test(value) ? Number.parseInt(value, 10) : undefined;
}

function isZero(value: number | string): boolean {
  return value === 0 || percentOf(value) === 0;
}
