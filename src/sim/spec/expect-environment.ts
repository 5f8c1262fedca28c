/** Claims about a container's environment variables; a failure says where a value comes from, or why there is none. */
import { serviceVariables } from '../../node/kubelet/environment/service-variables.js';
import type { Pod } from '../../api/types/core.js';
import { type StartedContainer, startedContainers } from '../environment.js';
import { findObject, wantedName } from '../lookup.js';
import type { Simulation } from '../simulation.js';
import type { EnvironmentWording } from '../spec-contract.js';
import { mismatch } from './expect-objects.js';

const NEAREST_MAX = 3;

/** `value` undefined: there is no such variable. */
export function expectVariable(simulation: Simulation, wording: EnvironmentWording, value: string | undefined): void {
  const pod = findObject(simulation.view(), 'Pod', wantedName(wording.pod), simulation.namespace);
  const started = startedContainers(simulation, pod, wording.container);
  for (const one of started) checkOne(simulation, { wording, value, pod, one, named: started.length > 1 });
}

interface Checked {
  readonly wording: EnvironmentWording;
  readonly value: string | undefined;
  readonly pod: Pod;
  readonly one: StartedContainer;
  /** The container is one of several that the sentence means. */
  readonly named: boolean;
}

function checkOne(simulation: Simulation, { wording, value, pod, one, named }: Checked): void {
  const { variable } = wording;
  const { name } = one.container;
  const where = named ? `container ${name}: ` : '';
  const fail = (happened: string, because?: string): Error =>
    mismatch(
      'environment',
      sentenceOf(wording, value),
      value === undefined ? `no variable "${variable}"` : `"${value}"`,
      `${where}${happened}`,
      because === undefined ? {} : { because },
    );
  if (one.environment === undefined) throw fail('the container does not run');
  const found = one.environment.get(variable);
  if (found?.unknown !== undefined) throw found.unknown;
  if (found === undefined) {
    // An image may set variables of its own.
    if (value === undefined) return;
    throw fail('there is none', whyNone(simulation, pod, one, variable) ?? nearestName(one.environment, variable));
  }
  if (value !== undefined && found.values.every((text) => text === value)) return;
  const happened = found.values.map((text) => `"${text}"`).join(' or ');
  throw fail(
    happened,
    found.values.length > 1 ? `${found.from.join(' and ')} give one each, and which holds is chance` : `it is from ${found.from[0]}`,
  );
}

function sentenceOf({ pod, container, variable }: EnvironmentWording, value: string | undefined): string {
  const who = container === undefined ? `pod ${pod}` : `the container ${container} of pod ${pod}`;
  return value === undefined
    ? `${who} has no environment variable "${variable}"`
    : `${who} has the environment variable "${variable}" set to "${value}"`;
}

/** A Service that would give it if the container was started now, or with links. */
function whyNone(simulation: Simulation, pod: Pod, { view }: StartedContainer, variable: string): string | undefined {
  const now = simulation.view();
  const linked: Pod = { ...pod, spec: { ...pod.spec, enableServiceLinks: true } };
  const [found] = serviceVariables(now, linked).get(variable) ?? [];
  if (found === undefined) return undefined;
  const service = `Service ${found.service}`;
  if (view !== undefined && serviceVariables(view, linked).has(variable))
    return `${service} gives it, but the pod's enableServiceLinks is false`;
  return `${service} was not there when the container was started: a container keeps the variables it was started with`;
}

function nearestName(environment: NonNullable<StartedContainer['environment']>, variable: string): string | undefined {
  const shared = (name: string): number => name.split('').findIndex((character, i) => character !== variable[i]);
  const [prefix = ''] = variable.split('_SERVICE_');
  const near = [...environment.keys()].filter((name) => name.startsWith(`${prefix}_`)).sort((a, b) => shared(b) - shared(a));
  return near.length === 0 ? undefined : `the nearest are ${near.slice(0, NEAREST_MAX).join(', ')}`;
}
