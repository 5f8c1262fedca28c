/**
 * Pod specs, in Pods and in templates (Kubernetes v1.34 `pkg/apis/core/validation`, ValidatePodSpec): containers, volumes' names, affinity,
 * tolerations and the words of the enumerations. Left out: what each kind of volume asks for, security contexts, topology spread's finer rules.
 */
import { isEqual } from '../../api/equal.js';
import { duplicateValue, forbiddenField, invalidValue, requiredValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { Container, Pod, PodSpec } from '../../api/types/core.js';
import { validateAffinity } from './affinity.js';
import { validateContainer } from './container.js';
import { labelCauses } from '../../api/label-causes.js';
import { nameOfLabel, nonNegative, oneOf } from './shared-rules.js';
import { validateTolerations } from './toleration.js';
import { validateTopologySpread } from './topology-spread.js';

/** Fields that only validation reads. */
interface FullSpec extends Omit<PodSpec, 'containers'> {
  readonly containers?: readonly Container[];
  readonly activeDeadlineSeconds?: number;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

export function validatePodSpec(spec: FullSpec, path: string): Cause[] {
  const { containers = [], initContainers = [], volumes = [] } = spec;
  const volumeNames = new Set(volumes.map(({ name }) => String(name)));
  const context = { hostNetwork: spec.hostNetwork === true, volumes: volumeNames, names: new Set<string>() };
  const causes = volumes.flatMap((volume, i) =>
    validateVolume(volume, `${path}.volumes[${i}]`, volumes.findIndex(({ name }) => name === volume['name']) < i),
  );
  if (containers.length === 0) causes.push(requiredValue(`${path}.containers`, '', 'name at least one container'));
  causes.push(...containers.flatMap((container, i) => validateContainer(container, `${path}.containers[${i}]`, context)));
  causes.push(...initContainers.flatMap((container, i) => validateContainer(container, `${path}.initContainers[${i}]`, context)));
  causes.push(...hostPortConflicts(containers, `${path}.containers`));
  causes.push(...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']));
  causes.push(...oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']));
  causes.push(...labelCauses(`${path}.nodeSelector`, spec.nodeSelector), ...validateAffinity(spec.affinity, `${path}.affinity`));
  causes.push(...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`));
  if (spec.hostname) causes.push(...nameOfLabel(`${path}.hostname`, spec.hostname));
  if (spec.subdomain) causes.push(...nameOfLabel(`${path}.subdomain`, spec.subdomain));
  causes.push(...nonNegative(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds));
  causes.push(...validateTopologySpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`));
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds !== undefined && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > 2 ** 31 - 1)) {
    causes.push(invalidValue(`${path}.activeDeadlineSeconds`, activeDeadlineSeconds, 'must be between 1 and 2147483647, inclusive'));
  }
  return causes;
}

/** Of a running Pod only these may change; everything else about its spec is for a new Pod. */
export function validatePodUpdate(pod: Pod, before: Pod): Cause[] {
  if (isEqual(comparable(pod.spec), comparable(before.spec))) return [];
  const detail =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
    '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [{ ...forbiddenField('spec', detail), fix: 'delete the Pod and create it again' }];
}

function comparable(spec: FullSpec): object {
  const withoutImages = (list: readonly Container[] | undefined): readonly object[] | undefined =>
    list?.map((container) => ({ ...container, image: '', imagePullPolicy: '' }));
  return {
    ...spec,
    containers: withoutImages(spec.containers),
    initContainers: withoutImages(spec.initContainers),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
  };
}

function validateVolume(volume: Readonly<Record<string, unknown>>, path: string, isDuplicate: boolean): Cause[] {
  const name = volume['name'];
  const causes = typeof name !== 'string' || name === '' ? [requiredValue(`${path}.name`)] : nameOfLabel(`${path}.name`, name);
  if (isDuplicate) causes.push(duplicateValue(`${path}.name`, name));
  const [, ...more] = Object.keys(volume).filter((field) => field !== 'name');
  return [...causes, ...more.map((source) => forbiddenField(`${path}.${source}`, 'may not specify more than 1 volume type'))];
}

function hostPortConflicts(containers: readonly Container[], path: string): Cause[] {
  const seen = new Set<string>();
  return containers.flatMap(({ ports = [] }, i) =>
    ports.flatMap(({ hostPort, hostIP = '', protocol }, j) => {
      if (!hostPort) return [];
      const key = `${protocol}/${hostIP}/${hostPort}`;
      const causes = seen.has(key) ? [duplicateValue(`${path}[${i}].ports[${j}].hostPort`, key)] : [];
      seen.add(key);
      return causes;
    }),
  );
}
