/**
 * A container's environment as the kubelet makes it when it starts the container (pkg/kubelet/kubelet_pods.go makeEnvironmentVariables): envFrom, then env in
 * its order, each of which may refer to those before it and to the variables of Services, then those variables of Services whose names are
 * not taken. Variables that the image sets are not known. Left out by name: resourceFieldRef, fileKeyRef, and what a kubelet waits for.
 */
import { type HopspecError, unsupported } from '../../../base/errors.js';
import type { Container, EnvVar, Pod } from '../../../api/types/core.js';
import type { AnyView } from '../../../api/store-view.js';
import { configValue, configValues } from './config-values.js';
import { expandReferences } from './expand.js';
import { podField } from './pod-field.js';
import { serviceVariables } from './service-variables.js';

export interface Variable {
  /** Several: which of them is left to chance. */
  readonly values: readonly string[];
  /** `Service default/web`, `the container's env`. */
  readonly from: readonly string[];
  /** Instead of a value: it comes from something that is not modelled. */
  readonly unknown?: HopspecError | undefined;
}

const OWN = "the container's env";

/** By name, sorted. `view` is the API as it was when the container was started. */
export function containerEnvironment(view: AnyView, pod: Pod, container: Container): ReadonlyMap<string, Variable> {
  const ofServices = new Map(
    [...serviceVariables(view, pod)].map(([name, all]): [string, Variable] => [
      name,
      { values: all.map(({ value }) => value), from: all.map(({ service }) => `Service ${service}`) },
    ]),
  );
  const own = new Map<string, Variable>();
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of configValues(view, pod, source)) own.set(name, { values: [value], from: ["the container's envFrom"] });
  }
  for (const variable of container.env ?? []) {
    const found = ownVariable(variable, { view, pod, before: (name) => own.get(name) ?? ofServices.get(name) });
    if (found !== undefined) own.set(variable.name, found);
  }
  return new Map([...ofServices, ...own].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

interface Scope {
  readonly view: AnyView;
  readonly pod: Pod;
  readonly before: (name: string) => Variable | undefined;
}

/** Undefined for one that is optional and has no source. */
function ownVariable({ name, value = '', valueFrom }: EnvVar, { view, pod, before }: Scope): Variable | undefined {
  if (value !== '') return expanded(value, before);
  if (valueFrom === undefined) return { values: [''], from: [OWN] };
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) return { values: [podField(pod, fieldRef.fieldPath)], from: [OWN] };
  if (configMapKeyRef !== undefined || secretKeyRef !== undefined) {
    const found = configValue(view, pod, valueFrom);
    return found === undefined ? undefined : { values: [found], from: [OWN] };
  }
  const source = Object.keys(valueFrom)[0] ?? 'nothing';
  return {
    values: [],
    from: [OWN],
    unknown: unsupported('variable-source', `the variable "${name}" comes from ${source}, which is not modelled`),
  };
}

function expanded(value: string, before: Scope['before']): Variable {
  let unknown: HopspecError | undefined;
  const text = expandReferences(value, (name) => {
    const variable = before(name);
    if (variable === undefined) return undefined;
    unknown ??= variable.unknown;
    if (variable.values.length > 1)
      unknown ??= unsupported(
        'variable-by-chance',
        `which "${name}" is referred to is left to chance: ${variable.from.join(' and ')} give one each`,
      );
    return variable.values[0] ?? '';
  });
  return { values: unknown === undefined ? [text] : [], from: [OWN], unknown };
}
